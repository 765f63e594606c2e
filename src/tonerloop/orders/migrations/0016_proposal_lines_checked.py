from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0015_finding")]

    operations = [
        ValidateConstraint("proposalline", name)
        for name in (
            "proposal_line_quantities",
            "proposal_line_days",
            "proposal_line_lost_with_reason",
        )
    ]
