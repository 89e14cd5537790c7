from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_letters_by_the_worker")]

    operations = [
        migrations.AddField(
            model_name="mail",
            name="tried_again_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When an administrator had it tried again: it then has its whole time anew.",
                null=True,
            ),
        ),
    ]
