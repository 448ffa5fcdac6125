"""What messages say, sentence by sentence; `templates` puts them together."""

from collections.abc import Mapping
from types import MappingProxyType

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "mail.code.subject": "Your code to reset your password (letters {letters})",
        "mail.code.code": "{code} is your code to reset your password at {organisation}.",
        "mail.code.letters": "The page where you type it shows the same two letters: {letters}.",
        "mail.code.life": "The code works once, for {life_ms}.",
        "mail.code.never_ask": "Nobody at {organisation} will ever ask you for this code. Tell it to nobody.",
        "mail.code.not_you": "You did not ask for it? Then do nothing. Your password stays as it is.",
        "sms.code.text": (
            "{organisation}: {code} is your code to reset your password (letters {letters}). "
            "Our staff never ask for it."
        ),
        "mail.code.unlock.subject": "Your code to unlock your account (letters {letters})",
        "mail.code.unlock.code": "{code} is your code to unlock your account at {organisation}.",
        "mail.code.unlock.not_you": "You did not ask for it? Then do nothing. Your account stays as it is.",
        "mail.code.call.subject": "Your code for your call with the helpdesk (letters {letters})",
        "mail.code.call.code": "{code} is your code to show who you are, while you call the helpdesk of {organisation}.",
        "mail.code.call.not_you": (
            "You are not on the telephone with your helpdesk? Then somebody calls there in your name. Tell the code to nobody, "
            "and call your helpdesk."
        ),
        "sms.code.call.text": (
            "{organisation}: {code} shows who you are while you call the helpdesk (letters {letters}). "
            "Type it at the portal. Our staff never ask for it."
        ),
        "mail.code.sign_in.subject": "Your code to sign in (letters {letters})",
        "mail.code.sign_in.code": "{code} is your code to sign in at {organisation}.",
        "mail.code.sign_in.not_you": (
            "You did not ask for it? Then somebody else knows your password. Change it now, and tell your helpdesk."
        ),
        "mail.code.again.subject": "Your code to change how you sign in (letters {letters})",
        "mail.code.again.code": "{code} is your code to change how you sign in at {organisation}.",
        "mail.code.confirm.subject": "Your code to confirm this address (letters {letters})",
        "mail.code.confirm.code": "{code} is your code to confirm this address at {organisation}.",
        "mail.code.confirm.not_you": (
            "You did not ask for it? Then do nothing. Without the code nobody can use this address for their account."
        ),
        "sms.code.unlock.text": (
            "{organisation}: {code} is your code to unlock your account (letters {letters}). "
            "Our staff never ask for it."
        ),
        "sms.code.sign_in.text": (
            "{organisation}: {code} is your code to sign in (letters {letters}). Our staff never ask for it."
        ),
        "sms.code.again.text": (
            "{organisation}: {code} is your code to change how you sign in (letters {letters}). "
            "Our staff never ask for it."
        ),
        "sms.code.confirm.text": (
            "{organisation}: {code} is your code to confirm this number (letters {letters}). "
            "Our staff never ask for it."
        ),
        "notice.greeting": "This is about your account {user_id} at {organisation}.",
        "notice.why_you": "You get this mail because it is about your account. It cannot be answered.",
        "notice.why_admin": "You get this mail because you look after accounts at {organisation}. It cannot be answered.",
        "notice.not_you": "Was it not you? Call your helpdesk now, and do not use this account until they have helped you.",
        "notice.object": (
            "Or stop it yourself at once, without signing in. Open this page and press the button on it: {link}"
        ),
        "notice.object_once": "The link works once, for 7 days. Opening it changes nothing yet.",
        "notice.where": "It came from the network address {source}.",
        "notice.password_reset.subject": "Your password was reset",
        "notice.password_reset.what": "The password was reset on {when_at}.",
        "notice.password_reset.ended": "You were signed out everywhere. Sign in again with the new password.",
        "notice.password_reset.was_you": "Was it you? Then all is well.",
        "notice.unlocked_by_admin.subject": "Your account was unlocked",
        "notice.unlocked_by_admin.what": "An administrator unlocked it on {when_at}, so that you can sign in again.",
        "notice.unlocked_by_admin.means": "Your password is the same as before.",
        "notice.pause_cleared.subject": "Password reset is open again for your account",
        "notice.pause_cleared.what": "There were many wrong answers. An administrator ended the pause on {when_at}.",
        "notice.pause_cleared.means": "Nothing else was changed. Your password is the same as before.",
        "notice.password_set_by_admin.subject": "An administrator has set a new password for you",
        "notice.password_set_by_admin.what": "An administrator set a new password for it on {when_at}.",
        "notice.password_set_by_admin.next": "You will choose your own password when you next sign in.",
        "notice.password_set_by_admin.not_you": "Did you not expect this? Call your helpdesk now.",
        "notice.password_set_by_admin.short": (
            "{organisation}: An administrator set a new password for you. Not expected? Call your helpdesk."
        ),
        "notice.method_changed.short": (
            "{organisation}: The ways to prove who you are have changed: {what}. Was it not you? Call your helpdesk."
        ),
        "notice.what.added": "{thing} was added",
        "notice.what.removed": "{thing} was removed",
        "notice.what.now": "now {thing}",
        "notice.what.other": "one of them was added, changed or removed",
        "notice.method_changed.subject": "The ways to prove who you are have changed",
        "notice.method_changed.what": "This was changed on {when_at}: {what}.",
        "notice.role_changed.subject": "Your roles have changed",
        "notice.role_changed.what": "An administrator changed its roles on {when_at}: {what}.",
        "notice.role_changed.ended": "You were signed out everywhere.",
        "notice.disabled.subject": "Your account was disabled",
        "notice.disabled.what": "An administrator disabled it on {when_at}. Nobody can sign in with it or reset its password.",
        "notice.enabled.subject": "Your account was enabled again",
        "notice.enabled.what": "An administrator enabled it on {when_at}.",
        "notice.deleted.subject": "Your account was deleted",
        "notice.deleted.what": "An administrator deleted it on {when_at}. Nobody can sign in with it or reset its password.",
        "notice.deleted.until": "Until {until_at} your administrators can restore it.",
        "notice.restored.subject": "Your account was restored",
        "notice.restored.what": "An administrator restored it on {when_at}, after it had been deleted.",
        "notice.user_id_changed.subject": "Your user ID has changed",
        "notice.user_id_changed.what": "An administrator changed it on {when_at}. Your new user ID is {what}.",
        "notice.admin_reset.subject": "An administrator has reset their own password",
        "notice.admin_reset.what": "{who} reset their own password on {when_at}.",
        "notice.admin_unlocked.subject": "An administrator has unlocked their own account",
        "notice.admin_unlocked.what": "{who} unlocked their own account on {when_at}. The password is the same as before.",
        "notice.admin_reset.check": "If you did not expect this, ask them in person or by phone. Do not ask by mail.",
        "notice.contact_admin.subject": "Somebody asks for help to reset a password",
        "notice.contact_admin.what": "Somebody who gave the user ID {who} asks for help to reset the password.",
        "notice.contact_admin.unverified": (
            "Not verified: we do not know who this was. "
            "Make sure who you are dealing with before you change anything."
        ),
        "notice.look": "Look at the account in the admin centre: {link}",
        "notice.recovery_closed.subject": "Password reset is closed for your account",
        "notice.recovery_closed.what": (
            "On {when_at} the button “This was not me” was pressed, from a mail about this account."
        ),
        "notice.recovery_closed.means": (
            "Until your administrators have looked at it, nobody can reset the password. "
            "Everybody was signed out, and your administrators were told."
        ),
        "notice.recovery_closed.next": "Call your helpdesk now. They will help you to get in again.",
        "notice.recovery_open.subject": "Password reset is open again for your account",
        "notice.recovery_open.what": (
            "Your administrators have looked at the report about this account. "
            "Since {when_at} its password can be reset again."
        ),
        "notice.recovery_open.next": (
            "If a password was reported, it stays dead. Set a new one on the page where forgotten passwords are reset."
        ),
        "notice.recovery_open.check": "If nobody has spoken with you about this, call your helpdesk.",
        "notice.incident.subject": "Somebody reports: this was not me",
        "notice.incident.what": (
            "On {when_at} the button “This was not me” was pressed, from a mail about the account {who}."
        ),
        "notice.incident.done": "Password reset is closed for this account, and everybody was signed out of it.",
        "notice.incident.next": (
            "Speak with the owner in person or by phone, not by mail. What happened, and what to do, is shown by: "
            "keyback incidents show {incident}"
        ),
        "notice.break_glass.subject": "An emergency account was used",
        "notice.break_glass.what": "On {when_at} somebody signed in with the emergency account {who}, from the address {source}.",
        "notice.break_glass.check": (
            "Emergency accounts are for the day when nobody else can get in. If that was not planned, act now: disable the "
            "account and look at what was done with it."
        ),
        "notice.brake.subject": "Password resets pause for an hour",
        "notice.brake.what": (
            "On {when_at} more password resets were completed within five minutes than ever happens here: {resets}. "
            "So no new ones can begin until {until_at}. Who had already proven something can finish."
        ),
        "notice.brake.check": (
            "Is it the first Monday after the holidays, or a password that all have to change? Then release the brake: "
            "keyback policy brake --release --reason WHY"
        ),
        "notice.brake.next": (
            "If not, somebody may be taking over accounts. Look at what happened, with: keyback audit list"
        ),
        "notice.storm.subject": "Far more wrong answers than usual",
        "notice.storm.what": (
            "On {when_at} far more answers were wrong than usual ({failures}). Somebody may be guessing codes, across many accounts."
        ),
        "notice.storm.done": (
            "Nobody is locked out. Until ten minutes after the last of it, starting a reset costs browsers more work, and "
            "who is not known yet has half the tries."
        ),
        "notice.storm.next": "Where it comes from is in the audit log: keyback audit list",
        "notice.prefix_paused.subject": "No more text messages to some numbers",
        "notice.prefix_paused.what": (
            "Since {when_at} no text messages are sent to the numbers {numbers}, because hardly any of their codes was "
            "ever typed. This is what fraud with expensive numbers looks like. It ends by itself after a day."
        ),
        "notice.prefix_paused.next": (
            "Look at whose numbers these are. People who really have one can use another way, or ask the helpdesk."
        ),
        "notice.failed_attempts.subject": "Somebody tries to reset your password",
        "notice.failed_attempts.what": "{count} wrong answers were given within a day, the last one on {when_at}.",
        "notice.failed_attempts.means": "Nobody got in, and nothing was changed. Your password still works.",
        "notice.failed_attempts.next": "Was it you? Then try another way, or ask your helpdesk. Was it not you? Then tell "
        "nobody a code, and tell your helpdesk if it goes on.",
        "notice.test.subject": "Test: {subject}",
        "notice.test.what": "This is a test. An administrator sent it to their own address; nothing of what it says has happened.",
        "notice.test.link": "(a link in the real message)",
        "notice.incident.short": '{organisation}: somebody reports "not me" for {who}. Password reset is closed for the account.',
        "notice.brake.short": "{organisation}: unusually many password resets ({resets}). New ones pause until {until_at}.",
        "notice.storm.short": "{organisation}: far more wrong answers than usual ({failures}). Nobody is locked out.",
        "notice.failure_burst.subject": "Password reset pauses for your account",
        "notice.failure_burst.closed": "Because of that, nobody can reset the password until {until_at} from where it was tried.",
        "notice.failure_burst.short": "{organisation}: {count} wrong answers for your account. Nobody got in. Tell nobody a code.",
        "notice.failure_burst_admin.subject": "Many wrong answers at one account",
        "notice.failure_burst_admin.what": "{count} wrong answers were given within a day for the account {who}, the last one on "
        "{when_at}.",
        "notice.failure_burst_admin.closed": "Nobody got in. Password reset pauses for this account until {until_at}; signing in "
        "does not. The person was told.",
        "notice.failure_burst_admin.next": "If the person is waiting, make sure who you are dealing with and clear the pause. If it "
        "was somebody else, see in the audit log whether more accounts are tried from there.",
        "notice.failure_burst_admin.short": "{organisation}: {count} wrong answers for {who}. Nobody got in.",
        "notice.notices_silenced.subject": "Notices were switched off",
        "notice.notices_silenced.what": "On {when_at} {who} changed the policy so that fewer people hear of changes.",
        "notice.notices_silenced.settings": "Settings: {settings}",
        "notice.notices_silenced.check": "If nobody planned this, undo it, and see what else the same account did: an intruder "
        "switches notices off first.",
        "notice.master_key_old.subject": "The master key is older than a year",
        "notice.master_key_old.what": "The newest master key was made on {made_at}. Keys are renewed once a year, so that "
        "copies of old ones open nothing new.",
        "notice.master_key_old.next": "Make a new one without a stop: keyback keys rotate",
        "notice.master_key_old.short": "{organisation}: the master key of password reset is older than a year.",
        "notice.certificate_ends.subject": "The certificate ends soon",
        "notice.certificate_ends.what": "The certificate of the password reset server ends on {until_at}. From then on browsers "
        "refuse the address, and nobody can reset.",
        "notice.certificate_ends.next": "Renew it and put the files where the old ones are; it is used at once.",
        "notice.certificate_ends.short": "{organisation}: the certificate of password reset ends on {until_at}.",
        "notice.breached_list_old.subject": "The list of breached passwords gets old",
        "notice.breached_list_old.what": "On {until_at} the list of breached passwords is older than your policy allows.",
        "notice.breached_list_old.next": "Import a newer one: keyback passwords import-breached FILE",
        "notice.breached_list_old.short": "{organisation}: the list of breached passwords is out of date on {until_at}.",
        "notice.unlocked.subject": "Your account was unlocked",
        "notice.unlocked.what": "It was unlocked on {when_at}. The password is the same as before.",
        "notice.unlocked.was_you": "Was it you? Then all is well: sign in with your password.",
        "notice.new_device.subject": "Somebody signed in with your account on a new device",
        "notice.new_device.what": "On {when_at} somebody signed in with it, in a browser that we did not know before.",
        "notice.new_device.was_you": "Was it you? Then all is well. We know this browser now.",
        "notice.sessions_ended.subject": "An administrator has signed you out",
        "notice.sessions_ended.what": "An administrator signed you out on {when_at}, everywhere or in one browser.",
        "notice.sessions_ended.next": "Sign in again where you need to. Did you not expect this? Call your helpdesk.",
        "notice.password_changed.subject": "Your password was changed",
        "notice.password_changed.what": "The password was changed on {when_at}, by somebody who knew the old one.",
        "notice.password_changed.ended": (
            "All other devices were signed out. Use the new password from now on, everywhere."
        ),
        "notice.password_expires.subject": "Your password must be changed soon",
        "notice.password_expires.what": "Its password works until {until_at}. Then you must choose a new one.",
        "notice.password_expires.next": (
            "Best do it now: sign in at the address that you know, and choose “Change password”. We send no link for it."
        ),
        "notice.password_expires.late": (
            "Nothing bad happens if you are late. You choose the new one at the next sign-in."
        ),
        "notice.pass_issued.subject": "An administrator has made an access pass for you",
        "notice.pass_issued.what": "An administrator made a temporary access pass for it on {when_at}.",
        "notice.pass_issued.means": (
            "With this pass you can sign in without your password, from {from_at} until {until_at}, and set up how you "
            "sign in. It is not in this mail: your administrator gives it to you."
        ),
        "notice.pass_issued.never_ask": "Type it on the sign-in page only. Tell it to nobody, and send it to nobody.",
        "notice.registration_demanded.subject": "Please set up again how you prove who you are",
        "notice.registration_demanded.what": "An administrator asked for this on {when_at}.",
        "notice.registration_demanded.means": (
            "At your next sign-in you are asked to register your ways again. Until then, the ones you have still work."
        ),
        "notice.registration_demanded.next": (
            "You need a few minutes, and your phone. Sign in at the address that you know. We send no link for it."
        ),
        "notice.registration_impossible.subject": "Somebody cannot register what your policy demands",
        "notice.registration_impossible.what": (
            "On {when_at} {who} signed in and was asked to register, but nothing that would be enough is open to them."
        ),
        "notice.registration_impossible.next": (
            "Look at what they may use, with: keyback people methods {who}. Then switch on another method for them, or "
            "register one for them."
        ),
        "notice.rescue.subject": "A rescue link was made for an account",
        "notice.rescue.what": "On {when_at} {host_user} made a rescue link for {who}, on the machine that runs Keyback.",
        "notice.rescue.means": "Whoever has this link can set a new password for that account, once.",
        "notice.rescue.check": "If you did not expect this, find out at once who has access to that machine.",
    }
)  # fmt: skip
