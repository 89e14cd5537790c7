from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id at OWASP's second setting:

    Django's default allows 8 sign-ins a second on two cores and takes 1.5 GB for them.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
