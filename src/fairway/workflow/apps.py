from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "fairway.workflow"
    label = "workflow"
