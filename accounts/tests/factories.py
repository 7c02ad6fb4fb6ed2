"""People for tests: `UserFactory(role=…)` or the shorthands below."""

import factory

from accounts.models import Role, User

PASSWORD = "correct horse battery"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.ru")
    first_name = "Ольга"
    last_name = factory.Sequence(lambda n: f"Мартынова{n}")
    role = Role.SUPPORT_MANAGER
    password = factory.django.Password(PASSWORD)


class SupportFactory(UserFactory):
    role = Role.SUPPORT_MANAGER


class SalesFactory(UserFactory):
    first_name = "Антон"
    role = Role.SALES_MANAGER


class MarketerFactory(UserFactory):
    first_name = "Полина"
    role = Role.MARKETER


class HeadFactory(UserFactory):
    first_name = "Виктор"
    role = Role.HEAD


class DirectorFactory(UserFactory):
    role = Role.DIRECTOR


class AdministratorFactory(UserFactory):
    role = Role.ADMINISTRATOR
