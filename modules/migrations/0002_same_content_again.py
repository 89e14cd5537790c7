from django.db import migrations


class Migration(migrations.Migration):
    """Going back to an earlier text makes a new edition with the old digest; the number alone tells editions apart."""

    dependencies = [("modules", "0001_initial")]

    operations = [migrations.RemoveConstraint(model_name="edition", name="one_edition_of_a_content")]
