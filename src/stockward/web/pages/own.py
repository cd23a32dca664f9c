"""One's own account, and the link by which a password is set for the first time."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from stockward.web.doors import door
from stockward.web.models import KnownSite, PasswordLink
from stockward.web.pages.refusals import refuse
from stockward.web.permissions import Right
from stockward.web.records.own_account import PASSWORD_SET, account_events
from stockward.web.records.told import tell_the_book
from stockward.web.signing_in.forms import NewPassword
from stockward.web.wording import ROLE_NAMES


@door(Right.SECURE_OWN_ACCOUNT)
def own_account(request: HttpRequest) -> HttpResponse:
    """Password, second factor, recovery codes, and what the account may."""
    titles = dict(KnownSite.objects.values_list("key", "title"))
    held = [
        (titles[site], [ROLE_NAMES[role] for role in sorted(roles)])
        for site, roles in request.permissions.roles.items()
    ]
    return render(request, "own_account.html", {"held": held, "events": account_events(request.user.key)})


@door(Right.SECURE_OWN_ACCOUNT)
def factor_stays(request: HttpRequest) -> HttpResponse:
    """Nobody takes off their own second factor; a new link from whoever keeps the accounts does."""
    return redirect("mfa_index")


@sensitive_post_parameters("password", "again")
@door(Right.SIGN_IN)
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Set the password of an account through the link that its owner was given."""
    link = PasswordLink.of(token)
    if link is None:
        mend = _("Links work once, for two days. Ask whoever keeps the accounts for a new one.")
        return refuse(request, 404, _("This link is not valid"), mend)
    form = NewPassword(link.account, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            # Of two who use the link at once, one deletes it; the other finds none.
            if PasswordLink.objects.filter(pk=link.pk).delete()[0]:
                link.account.set_password(form.cleaned_data["password"])
                link.account.save(update_fields=["password"])
                tell_the_book(link.account, PASSWORD_SET)
        messages.success(request, _("Your password is set. Sign in with it."))
        return redirect("account_login")
    answer = render(request, "welcome.html", {"form": form, "account": link.account})
    answer["Referrer-Policy"] = "strict-origin"  # "no-referrer" makes browsers hide where the form comes from
    return answer
