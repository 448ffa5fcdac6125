"""Entra's table of who can reset whom, as its documentation prints it (entra-sspr 10.2)."""

LEFT_OUT = (
    "Directory Readers", "Guest Inviter", "Message Center Reader", "Usage Summary Reports Reader", "UX Success Manager",
    "Privileged Role Administrator", "role scoped to a restricted management unit",
)  # fmt: skip
"""Rows of Entra for which there is no role here."""

COLUMNS = (
    "password_administrator", "helpdesk_administrator", "authentication_administrator", "user_administrator",
    "privileged_authentication_administrator", "global_administrator",
)  # fmt: skip

_TABLE = """
no_role                                  | y | y | y | y | y | y
password_administrator                   | y | y | y | y | y | y
reports_reader                           | - | y | y | y | y | y
helpdesk_administrator                   | - | y | - | y | y | y
authentication_administrator             | - | - | y | - | y | y
groups_administrator                     | - | - | - | y | y | y
user_administrator                       | - | - | - | y | y | y
privileged_authentication_administrator  | - | - | - | - | y | y
global_administrator                     | - | - | - | - | y | y
another_role                             | - | - | - | - | y | y
role_assignable_group                    | - | - | - | - | y | y
"""

ROWS: dict[str, tuple[tuple[str, ...], bool]] = {
    row.split()[0]: ((row.split()[0],), False) for row in _TABLE.strip().splitlines()
} | {"no_role": ((), False), "another_role": (("global_reader",), False), "role_assignable_group": ((), True)}
"""What somebody of each row holds: roles, and whether they are in a group that can be given roles."""

CELLS = [
    (column, row.split()[0], cell.strip() == "y")
    for row in _TABLE.strip().splitlines()
    for column, cell in zip(COLUMNS, row.split("|")[1:], strict=True)
]
"""Column, row, and whether it is allowed."""
