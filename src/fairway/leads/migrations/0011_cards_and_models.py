import django.db.models.deletion
import fairway.core.ids
import fairway.core.tenancy.scope
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0017_support'),
        ('leads', '0010_routing_runs'),
    ]

    operations = [
        migrations.CreateModel(
            name='WinModel',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('uid', models.UUIDField(default=fairway.core.ids.uuid7, editable=False)),
                ('number', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('silent', 'Silent'), ('candidate', 'Candidate'), ('in_use', 'In use'), ('retired', 'Retired'), ('table', "A table's report")], max_length=12)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('trained_at', models.DateTimeField()),
                ('report', models.JSONField(default=dict)),
                ('parameters', models.JSONField(default=dict)),
                ('drift', models.JSONField(blank=True, default=dict)),
                ('used_from', models.DateTimeField(blank=True, null=True)),
                ('used_until', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.RemoveConstraint(
            model_name='scorecard',
            name='scorecard_one_published',
        ),
        migrations.AddField(
            model_name='leadscore',
            name='band_until',
            field=models.DateTimeField(blank=True, help_text='when age alone puts it in another band', null=True),
        ),
        migrations.AddField(
            model_name='leadscore',
            name='categories',
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name='leadscore',
            name='chance',
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='leadscore',
            name='chance_reasons',
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name='scorecard',
            name='applies_to',
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name='scorecard',
            name='categories',
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name='scorecard',
            name='effective_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='scorecard',
            name='family',
            field=models.CharField(db_default='default', default='default', max_length=20),
        ),
        migrations.AddField(
            model_name='scorecard',
            name='most',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='scorecard',
            name='name',
            field=models.CharField(blank=True, db_default='', max_length=60, verbose_name='name'),
        ),
        migrations.AddField(
            model_name='scorecard',
            name='place',
            field=models.PositiveIntegerField(db_default=0, default=0, help_text='cards are asked in this order'),
        ),
        migrations.AlterField(
            model_name='routingpolicy',
            name='state',
            field=models.CharField(choices=[('draft', 'Draft'), ('scheduled', 'Scheduled'), ('published', 'Published'), ('retired', 'Retired')], default='draft', max_length=12),
        ),
        migrations.AlterField(
            model_name='scorecard',
            name='state',
            field=models.CharField(choices=[('draft', 'Draft'), ('scheduled', 'Scheduled'), ('published', 'Published'), ('retired', 'Retired')], default='draft', max_length=12),
        ),
        migrations.AddConstraint(
            model_name='scorecard',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('vendor', 'family'), name='scorecard_one_live'),
        ),
        migrations.AddConstraint(
            model_name='scorecard',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'scheduled')), fields=('vendor', 'family'), name='scorecard_one_scheduled'),
        ),
        migrations.AddField(
            model_name='winmodel',
            name='trained_by',
            field=fairway.core.tenancy.scope.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.seat'),
        ),
        migrations.AddField(
            model_name='winmodel',
            name='vendor',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.organization'),
        ),
        migrations.AddField(
            model_name='leadscore',
            name='chance_by',
            field=fairway.core.tenancy.scope.TenantForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='leads.winmodel'),
        ),
        migrations.AddConstraint(
            model_name='winmodel',
            constraint=models.UniqueConstraint(fields=('vendor', 'id'), name='winmodel_vendor_id'),
        ),
        migrations.AddConstraint(
            model_name='winmodel',
            constraint=models.UniqueConstraint(fields=('vendor', 'uid'), name='winmodel_vendor_uid'),
        ),
        migrations.AddConstraint(
            model_name='winmodel',
            constraint=models.UniqueConstraint(fields=('vendor', 'number'), name='winmodel_number'),
        ),
        migrations.AddConstraint(
            model_name='winmodel',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'in_use')), fields=('vendor',), name='winmodel_one_in_use'),
        ),
    ]
