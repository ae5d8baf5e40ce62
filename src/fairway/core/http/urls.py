from django.urls import path

from fairway.core.http import views

app_name = "http"
urlpatterns = [path("style/", views.style, name="style")]
