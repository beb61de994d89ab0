from django import forms
from django.contrib.auth.password_validation import validate_password

from accounts.models import User


class RegistrationForm(forms.ModelForm):
    """A new driver; the password is checked and stored hashed."""

    class Meta:
        model = User
        fields = ["username", "email", "phone_number", "password"]

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password)
        return password

    def save(self, commit: bool = True) -> User:
        self.instance.set_password(self.cleaned_data["password"])
        return super().save(commit)


class LoginForm(forms.Form):
    username = forms.CharField(max_length=150)
    password = forms.CharField(max_length=128, strip=False)
