from django.urls import path

from trips import views

urlpatterns = [
    path("", views.trips, name="trips"),
    path("<int:trip_id>/begin/", views.begin, name="begin-trip"),
    path("<int:trip_id>/finish/", views.finish, name="finish-trip"),
]
