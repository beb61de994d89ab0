from django.test import TestCase
from django.urls import reverse
from oauth2_provider.models import Application

from accounts.models import User
from accounts.tokens import issue_token

JSON = "application/json"
DRIVER = {"username": "ada", "password": "a long enough phrase"}


class SignInTests(TestCase):
    def post(self, name, body):
        return self.client.post(reverse(name), body, content_type=JSON)

    def test_empty_posts_are_refused_and_create_nothing(self):
        assert self.post("register", {}).status_code == 400
        assert self.post("login", {}).status_code == 400
        assert not User.objects.exists()

    def test_deeply_nested_json_is_refused(self):
        assert self.post("login", "[" * 100000).status_code == 400

    def test_a_registered_driver_can_sign_in_and_use_the_token(self):
        assert self.post("register", DRIVER).status_code == 201
        token = self.post("login", DRIVER).json()["token"]
        answer = self.client.get(
            reverse("trips"), headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.json() == {"trips": []}

    def test_a_wrong_password_answers_401(self):
        self.post("register", DRIVER)
        answer = self.post("login", DRIVER | {"password": "something else"})
        assert answer.status_code == 401

    def test_passwords_are_stored_hashed(self):
        self.post("register", DRIVER)
        assert User.objects.get().check_password(DRIVER["password"])


class OAuthApplicationTests(TestCase):
    def setUp(self):
        self.driver = User.objects.create_user("ada")
        other = User.objects.create_user("grace")
        for owner in (self.driver, other):
            Application.objects.create(
                user=owner,
                name=f"of {owner}",
                client_type=Application.CLIENT_CONFIDENTIAL,
                authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
            )

    def get(self, **headers):
        return self.client.get(reverse("oauth-applications"), headers=headers)

    def test_strangers_get_401(self):
        assert self.get().status_code == 401
        assert self.get(Authorization="Bearer wrong").status_code == 401

    def test_drivers_see_their_own_without_secrets(self):
        token = issue_token(self.driver).token
        [shown] = self.get(Authorization=f"Bearer {token}").json()["applications"]
        assert shown["name"] == "of ada"
        assert "client_secret" not in shown
