"""Which numbers may stand in a policy, and outside of which it warns."""

from collections.abc import Mapping
from types import MappingProxyType

RANGES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "passwords.minimum_length": (8, 64),
        "passwords.history": (0, 24),
        "passwords.breached_max_age_days": (1, 3_650),
        "passwords.expiry_days": (0, 730),
        "passwords.expiry_warning_days": (1, 60),
        "registration.reconfirm_days": (0, 730),
        "registration.skips": (0, 100),
        "registration.hold_hours": (0, 168),
        "registration.hold_hours_administrators": (0, 168),
        "passes.default_minutes": (10, 43_200),
        "passes.longest_minutes": (10, 43_200),
        "lives.journey_minutes": (5, 15),
        "lives.evidence_minutes": (1, 10),
        "lives.email_code_minutes": (1, 10),
        "lives.sms_code_minutes": (1, 10),
        "limits.wrong_per_challenge": (1, 10),
        "limits.failures_per_method_hour": (1, 100),
        "limits.failures_per_account_and_source_hour": (1, 100),
        "limits.failures_per_account_day": (1, 100),
        "limits.failures_per_source_10_minutes": (1, 10_000_000),
        "limits.failures_per_wide_source_hour": (1, 10_000_000),
        "limits.sends_per_hour": (1, 100_000),
        "limits.sends_per_day": (1, 100_000),
        "limits.resend_seconds": (0, 3_600),
        "limits.sends_per_source_hour": (1, 10_000_000),
        "limits.sms_per_prefix_hour": (1, 1_000_000),
        "limits.sms_per_country_day": (1, 10_000_000),
        "limits.sms_per_day": (1, 10_000_000),
        "limits.sms_price": (1, 100_000),
        "limits.sms_budget_day": (0, 1_000_000_000),
        "limits.starts_per_source_10_minutes": (1, 10_000_000),
        "limits.starts_per_wide_source_hour": (1, 10_000_000),
        "limits.starts_without_work_per_source_10_minutes": (0, 10_000_000),
        "limits.starts_without_work_per_minute": (0, 10_000_000),
        "limits.sign_in_failures": (1, 50),
        "limits.sign_in_failures_per_source_10_minutes": (1, 10_000_000),
    }
)
"""Lowest and highest number of each field. Lives end where GAT-6 and NIST SP 800-63B-4 (3.1.3) end them."""

RECOMMENDED: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "limits.failures_per_method_hour": (1, 20),
        "limits.failures_per_account_and_source_hour": (1, 20),
        "limits.failures_per_account_day": (1, 50),
        "limits.failures_per_source_10_minutes": (1, 200),
        "limits.failures_per_wide_source_hour": (1, 1_000),
        "limits.sends_per_hour": (1, 20),
        "limits.sends_per_day": (1, 50),
        "limits.resend_seconds": (30, 3_600),
        "limits.sends_per_source_hour": (1, 1_000),
        "limits.sms_per_prefix_hour": (1, 200),
        "limits.sms_per_country_day": (1, 20_000),
        "limits.sms_per_day": (1, 50_000),
        "limits.sms_budget_day": (0, 500_000),
        "limits.starts_per_source_10_minutes": (1, 1_000),
        "limits.starts_per_wide_source_hour": (1, 5_000),
        "limits.starts_without_work_per_source_10_minutes": (0, 30),
        "limits.starts_without_work_per_minute": (0, 600),
        "limits.sign_in_failures": (1, 20),
        "limits.sign_in_failures_per_source_10_minutes": (1, 1_000),
    }
)
"""Outside of these a limit is possible, but warned about."""
