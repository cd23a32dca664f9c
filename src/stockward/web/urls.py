"""Every address of the server, each behind a door; one without a door keeps the server from starting."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as app
from django.urls import path
from django.views.i18n import set_language

from stockward.web.doors import door, require_doors
from stockward.web.pages import (
    accounts,
    corrections,
    entries,
    findings,
    home,
    own,
    receivers,
    reviews,
    sites,
    submissions,
    telling,
)
from stockward.web.pages.counts import counts, sheets
from stockward.web.pages.entering import answering, drafts, grids
from stockward.web.pages.guards import bindings, rosters, shifts
from stockward.web.permissions import Right
from stockward.web.signing_in.changes import told_of

handler400 = "stockward.web.pages.refusals.bad_request"
handler403 = "stockward.web.pages.refusals.no_right"
handler404 = "stockward.web.pages.refusals.no_page"
handler429 = "stockward.web.pages.refusals.too_often"
handler500 = "stockward.web.pages.refusals.own_fault"

_open, _own = door(Right.SIGN_IN), door(Right.SECURE_OWN_ACCOUNT)
_password, _factor = _own(told_of(account.password_change)), _own(told_of(app.activate_totp))
_codes = _own(told_of(recovery.generate_recovery_codes))

_SIGNING_IN = [
    path("sign-in/", _open(account.login), name="account_login"),
    path("sign-in/code/", _open(factor.authenticate), name="mfa_authenticate"),
    path("sign-out/", _open(account.logout), name="account_logout"),
    path("sign-up/", _open(account.signup), name="account_signup"),
    path("inactive/", _open(account.account_inactive), name="account_inactive"),
    path("welcome/<str:token>/", own.welcome, name="welcome"),
    path("language/", _open(set_language), name="set_language"),
]

_TELLING = [
    path("tell/", telling.told, name="tell"),
    path("tell/answer/", telling.told_answer, name="told_answer"),
]

_RECEIVING = [
    path("reports/", receivers.received, name="received"),
    path("reports/file/", receivers.sealed_file, name="sealed_file"),
    path("reports/answer/", receivers.answer_report, name="answer_report"),
    path("reports/publish/", receivers.publish_answer, name="publish_answer"),
]

_OWN_ACCOUNT = [
    path("me/", own.own_account, name="mfa_index"),
    path("me/password/", _password, name="account_change_password"),
    path("me/confirm/", _own(account.reauthenticate), name="account_reauthenticate"),
    path("me/confirm/code/", _own(factor.reauthenticate), name="mfa_reauthenticate"),
    path("me/app/", _factor, name="mfa_activate_totp"),
    path("me/app/off/", own.factor_stays, name="mfa_deactivate_totp"),
    path("me/recovery/", _own(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("me/recovery/new/", _codes, name="mfa_generate_recovery_codes"),
    path("me/recovery/file/", _own(recovery.download_recovery_codes), name="mfa_download_recovery_codes"),
]

_ACCOUNTS = [
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.new_account, name="new_account"),
    path("accounts/sites/", accounts.new_site, name="new_site"),
    path("accounts/receivers/", receivers.receivers, name="receivers"),
    path("accounts/receivers/<str:key>/", receivers.one_receiver, name="one_receiver"),
    path("accounts/<str:key>/", accounts.one_account, name="one_account"),
    path("accounts/<str:key>/link/", accounts.new_link, name="new_link"),
]

_AT_A_SITE = "sites/<slug:site>/"

_SITES = [
    path("sites/", sites.own_sites, name="sites"),
    path(_AT_A_SITE, sites.one_site, name="site"),
    path(f"{_AT_A_SITE}entries/", entries.entries, name="entries"),
    path(f"{_AT_A_SITE}entries/<int:number>/correct/", corrections.correct, name="correct"),
    path(f"{_AT_A_SITE}submissions/", submissions.all_of_a_site, name="submissions"),
    path(f"{_AT_A_SITE}submissions/<int:number>/", submissions.one_submission, name="submission"),
    path(f"{_AT_A_SITE}submissions/<int:number>/approve/", submissions.approve, name="approve"),
    path(f"{_AT_A_SITE}submissions/<int:number>/send-back/", submissions.send_back, name="send_back"),
    path(f"{_AT_A_SITE}drafts/new/", drafts.new_draft, name="new_draft"),
    path(f"{_AT_A_SITE}drafts/<str:key>/", drafts.one_draft, name="draft"),
    path(f"{_AT_A_SITE}drafts/<str:key>/files/", drafts.add_files, name="add_files"),
    path(f"{_AT_A_SITE}drafts/<str:key>/files/out/", drafts.take_file_out, name="take_file_out"),
    path(f"{_AT_A_SITE}drafts/<str:key>/answer/", answering.answer_questions, name="answer"),
    path(f"{_AT_A_SITE}drafts/<str:key>/read-as/", answering.read_file_as, name="read_as"),
    path(f"{_AT_A_SITE}drafts/<str:key>/type/", grids.begin_typing, name="begin_typing"),
    path(f"{_AT_A_SITE}drafts/<str:key>/tables/<slug:table>/", grids.typed_table, name="grid"),
    path(f"{_AT_A_SITE}drafts/<str:key>/tables/<slug:table>/drop/", grids.drop_table, name="drop_table"),
    path(f"{_AT_A_SITE}drafts/<str:key>/submit/", drafts.submit, name="submit"),
    path(f"{_AT_A_SITE}drafts/<str:key>/discard/", drafts.discard, name="discard"),
    path(f"{_AT_A_SITE}answers/", receivers.public_answers, name="public_answers"),
    path(f"{_AT_A_SITE}findings/", findings.findings_of_a_site, name="findings"),
    path(f"{_AT_A_SITE}findings/<int:number>/", findings.one_finding, name="finding"),
    path(f"{_AT_A_SITE}findings/<int:number>/change/", findings.change_finding, name="change_finding"),
    path(f"{_AT_A_SITE}findings/<int:number>/settle/", findings.settle_finding, name="settle_finding"),
    path(f"{_AT_A_SITE}findings/<int:number>/decide/", findings.decide_on_finding, name="decide_on_finding"),
    path(f"{_AT_A_SITE}reviews/", reviews.all_reviews, name="reviews"),
    path(f"{_AT_A_SITE}reviews/<str:key>/", reviews.one_review, name="review"),
    path(f"{_AT_A_SITE}reviews/<str:key>/progress/", reviews.review_progress, name="progress"),
    path(f"{_AT_A_SITE}reviews/<str:key>/report/", reviews.report, name="report"),
]

_OF_GUARDS = [
    path(f"{_AT_A_SITE}rosters/", rosters.all_rosters, name="rosters"),
    path(f"{_AT_A_SITE}rosters/new/", rosters.new_roster, name="new_roster"),
    path(f"{_AT_A_SITE}rosters/<str:key>/", rosters.one_roster, name="roster"),
    path(f"{_AT_A_SITE}rosters/<str:key>/progress/", rosters.roster_progress, name="roster_progress"),
    path(f"{_AT_A_SITE}rosters/<str:key>/publish/", rosters.publish, name="publish_roster"),
    path(f"{_AT_A_SITE}rosters/<str:key>/compared/", rosters.compare_rosters, name="compare_rosters"),
    path(f"{_AT_A_SITE}rosters/<str:key>/files/<str:name>/", rosters.roster_file, name="roster_file"),
    path(f"{_AT_A_SITE}guards/", bindings.bound_guards, name="bound_guards"),
    path(f"{_AT_A_SITE}guards/<str:key>/", bindings.change_binding, name="change_binding"),
    path(f"{_AT_A_SITE}shifts/", shifts.shifts, name="shifts"),
    path(f"{_AT_A_SITE}shifts/calendar/", shifts.calendar_link, name="calendar_link"),
    path("calendar/<str:token>.ics", shifts.calendar, name="calendar"),
]

_COUNTING = [
    path(f"{_AT_A_SITE}counts/", counts.all_counts, name="counts"),
    path(f"{_AT_A_SITE}counts/new/", counts.new_count, name="new_count"),
    path(f"{_AT_A_SITE}counts/<str:key>/", counts.one_count, name="count"),
    path(f"{_AT_A_SITE}counts/<str:key>/plan/", counts.sealed_plan, name="sealed_plan"),
    path(f"{_AT_A_SITE}counts/<str:key>/draw/", counts.draw, name="draw_count"),
    path(f"{_AT_A_SITE}counts/<str:key>/blank/<str:name>/", counts.blank_sheets, name="blank_sheets"),
    path(f"{_AT_A_SITE}counts/<str:key>/sheets/<int:number>/", sheets.count_sheet, name="count_sheet"),
    path(f"{_AT_A_SITE}counts/<str:key>/hand-in/", sheets.hand_in, name="hand_in_count"),
    path(f"{_AT_A_SITE}counts/<str:key>/certificate/<str:name>/", counts.certificate, name="certificate"),
]

urlpatterns = [
    path("", home.today, name="home"),
    *_SIGNING_IN,
    *_TELLING,
    *_RECEIVING,
    *_OWN_ACCOUNT,
    *_ACCOUNTS,
    *_SITES,
    *_OF_GUARDS,
    *_COUNTING,
]
require_doors(urlpatterns)
