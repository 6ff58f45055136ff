"""`/v1/accounts`: one's own account, and all of them for who runs the installation."""

from collections.abc import Sequence

import msgspec
from aiohttp import web
from msgspec import UNSET, UnsetType

from buckets.model.account import Account, Role, Status
from buckets.names import AccountId
from gateway.rest import pages, revisions
from gateway.rest.document import answer, document
from gateway.rest.request import RestRequest
from gateway.rest.route import CURSOR, LIMIT, Route
from gateway.rest.surroundings import Surroundings
from gateway.rest.user_documents import NewOwner, Standing, Title, UserDocument, user_document
from gateway.rest.users import PATCHES


class AccountDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An account. One that operates runs the installation: its owners and admins see and make all accounts."""

    id: str
    canonical_id: str
    name: str
    status: Status
    operates: bool
    url: str


class AccountPage(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts in the order of their numbers. Without a next cursor it is the last page."""

    accounts: Sequence[AccountDocument]
    next_cursor: str | None


class NewAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account that is to be made, and its first owner."""

    name: Title
    owner: NewOwner


class MadeAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A new account with its first owner."""

    account: AccountDocument
    owner: UserDocument


class AccountChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is not named stays as it is. Nobody of a suspended account can do anything."""

    name: Title | UnsetType = UNSET
    status: Standing | UnsetType = UNSET


async def create_account(request: RestRequest) -> web.StreamResponse:
    revisions.must_be_unconditional(request)
    wanted = await document(request, NewAccount)
    account, owner = await request.services.accounts.make(wanted.name, wanted.owner.as_a(Role.OWNER))
    made = MadeAccount(account=_document(account, request.around), owner=user_document(owner, request.around))
    return answer(request, 201, made, {"Location": request.around.account_url(account.id)})


async def list_accounts(request: RestRequest) -> web.StreamResponse:
    """One more than is wanted is asked for: it says whether there is another page."""
    limit, terms = request.limit, ("accounts", request.services.caller.account)
    place = pages.place(request, terms)
    found = await request.services.accounts.page(after=place[_AFTER] if place else "", limit=limit + 1)
    accounts = found[:limit]
    cursor = request.around.cursors.write({_AFTER: accounts[-1].id}, terms=terms) if len(found) > limit else None
    page = AccountPage(accounts=[_document(account, request.around) for account in accounts], next_cursor=cursor)
    return answer(request, 200, page, pages.link(request, request.around.accounts_url, cursor))


async def get_account(request: RestRequest) -> web.StreamResponse:
    account = await request.services.accounts.find(_id(request))
    return answer(request, 200, _document(account, request.around))


async def change_account(request: RestRequest) -> web.StreamResponse:
    """Compare-and-set from what is found here on."""
    revisions.must_be_unconditional(request)
    change = await document(request, AccountChange, PATCHES)
    present = await request.services.accounts.find(_id(request))
    name = present.name if isinstance(change.name, UnsetType) else change.name
    status = present.status if isinstance(change.status, UnsetType) else Status(change.status)
    changed = await request.services.accounts.change(present, name=name, status=status)
    return answer(request, 200, _document(changed, request.around))


def _id(request: RestRequest) -> AccountId:
    return AccountId.parse(request.parts["account"])


def _document(account: Account, around: Surroundings) -> AccountDocument:
    return AccountDocument(
        id=str(account.id),  # msgspec takes no subclasses of str
        canonical_id=account.canonical_id,
        name=account.name,
        status=account.status,
        operates=account.operates,
        url=around.account_url(account.id),
    )


_AFTER = "after"
_ACCOUNT = "accounts/{account}"

ROUTES = (
    Route(
        name="CreateAccount",
        method="POST",
        path="accounts",
        handle=create_account,
        summary="Make an account with its first owner, where one runs the installation.",
        bodies=(NewAccount,),
        answers={201: MadeAccount},
    ),
    Route(
        name="ListAccounts",
        method="GET",
        path="accounts",
        handle=list_accounts,
        summary="List the accounts that one may see: one's own, or all.",
        parameters=(LIMIT, CURSOR),
        answers={200: AccountPage},
    ),
    Route(
        name="GetAccount",
        method="GET",
        path=_ACCOUNT,
        handle=get_account,
        summary="Read what is known of an account.",
        answers={200: AccountDocument},
    ),
    Route(
        name="ChangeAccount",
        method="PATCH",
        path=_ACCOUNT,
        handle=change_account,
        summary="Rename an account; where one runs the installation, suspend another or let it go on.",
        bodies=(AccountChange,),
        media=PATCHES,
        answers={200: AccountDocument},
    ),
)
