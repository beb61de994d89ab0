from django.urls import path

from accounts import views

urlpatterns = [
    path("register/", views.register, name="register"),
    path("login/", views.login, name="login"),
    path("oauth/applications/", views.oauth_applications, name="oauth-applications"),
]
