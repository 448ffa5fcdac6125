"""Which proofs count together: two gates differ in method and in trust root (GAT-2, decisions 2 and 3).

What an attacker must control to pass a method is its trust root: `app:<device>`, `phone:<E.164>`,
`mailbox:<address>`, `domain:<name>`, `key:<credential>`, `memory`, `paper`, `person:<id>`, `token:<serial>`.
"""

from collections.abc import Iterable, Sequence

from keyback.core.policy import Demand

STRONG = frozenset({"totp", "push", "passkey", "hardware_token", "recovery_code"})
"""Methods one of which every administrator must pass (decisions 3)."""

PHONE_CODES = frozenset({"sms_code", "voice_call"})
"""Administrators may use these only where the tenant says so, beside a strong method (decisions 3, GAT-7)."""

FACTORS = STRONG | PHONE_CODES
"""What may be the second factor at sign-in, beside the password; e-mail is none (decisions 5)."""

SPARE = frozenset({"recovery_code"})
"""Kept for the day when the others are lost: suggested last, when people register."""

PHISHING_RESISTANT = frozenset({"passkey"})

NEVER_FOR_ADMINISTRATORS = frozenset({"security_questions"})
ONLY_BESIDE_STRONG = frozenset({"email_code", "sms_code", "voice_call", "security_questions"})

Proof = tuple[str, frozenset[str]]
"""Method name and its trust roots."""


def strength(method: str) -> int:
    """How strong a proof is, for re-authentication (REG-1): 4 phishing-resistant, 3 strong, 2 a phone, 1 anything else."""
    if method in PHISHING_RESISTANT:
        return STRONGEST
    return 3 if method in STRONG else 2 if method in PHONE_CODES else 1


STRONGEST = 4
"""Of all proofs; an access pass is worth as much (decisions 27)."""


def independent(one: Proof, other: Proof) -> bool:
    """Whether two proofs count as two: other method, and no trust root in common."""
    return one[0] != other[0] and not (one[1] & other[1])


def acceptable_next(passed: Sequence[Proof], candidate: Proof, demand: Demand) -> bool:
    """Whether `candidate` may be offered as the next gate after `passed`."""
    if demand.administrator and candidate[0] in NEVER_FOR_ADMINISTRATORS:
        return False
    if not all(independent(proof, candidate) for proof in passed):
        return False
    last = len(passed) + 1 >= demand.gates
    return not (demand.administrator and last) or _has_strong([*passed, candidate])


def enough(passed: Sequence[Proof], demand: Demand) -> bool:
    """Whether these proofs satisfy the demand: enough of them, independent in pairs, one strong for administrators."""
    if len(passed) < max(1, demand.gates):
        return False
    pairs = ((one, other) for i, one in enumerate(passed) for other in passed[i + 1 :])
    if not all(independent(one, other) for one, other in pairs):
        return False
    allowed = all(method not in NEVER_FOR_ADMINISTRATORS for method, _ in passed)
    return not demand.administrator or (allowed and _has_strong(passed))


def reachable(available: Sequence[Proof], demand: Demand) -> bool:
    """Whether a person who has `available` could satisfy the demand at all."""
    return any(enough(chosen, demand) for chosen in _choices(available, demand.gates))


def _choices(available: Sequence[Proof], gates: int) -> Iterable[Sequence[Proof]]:
    if gates <= 1:
        return ((proof,) for proof in available)
    return ((one, other) for i, one in enumerate(available) for other in available[i + 1 :])


def _has_strong(proofs: Iterable[Proof]) -> bool:
    return any(method in STRONG for method, _ in proofs)
