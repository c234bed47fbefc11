"""Goes through a running service with the generated client: python journey.py

PASSBOOK_URL, PASSBOOK_USERNAME and PASSBOOK_PASSWORD say where it is and who the admin is.
"""

import datetime
import io
import os
import time
import uuid

from passbook_client import AuthenticatedClient, Client
from passbook_client.api.analytics import get_user_analytics
from passbook_client.api.auth import login
from passbook_client.api.imports import create_import, create_import_from_form, get_import
from passbook_client.api.transactions import create_transaction, list_user_transactions
from passbook_client.api.users import create_user
from passbook_client.models import (
    Analytics,
    Credentials,
    Import,
    ImportForm,
    ImportKind,
    TokenPair,
    Transaction,
    TransactionCreate,
    TransactionType,
    User,
    UserCreate,
    ValidationProblem,
)
from passbook_client.types import File

MAX_WAIT_SECONDS = 20
url = os.environ["PASSBOOK_URL"]


def until(ask, is_done):
    """Asks until the answer is as wanted."""
    end = time.monotonic() + MAX_WAIT_SECONDS
    while True:
        answer = ask()
        if is_done(answer):
            return answer
        assert time.monotonic() < end, answer
        time.sleep(0.05)


tokens = login.sync(
    client=Client(base_url=url),
    body=Credentials(username=os.environ["PASSBOOK_USERNAME"], password=os.environ["PASSBOOK_PASSWORD"]),
)
assert isinstance(tokens, TokenPair), tokens
client = AuthenticatedClient(base_url=url, token=tokens.access_token)

email = f"{uuid.uuid4().hex}@customers.example"
user = create_user.sync(client=client, body=UserCreate(name="Asha Rao", email=email, age=None))
assert isinstance(user, User), user

booked = []
for amount, kind in (("1250.00", TransactionType.CREDIT), (99.9, TransactionType.DEBIT)):
    transaction = create_transaction.sync(
        client=client,
        idempotency_key=uuid.uuid4().hex,
        body=TransactionCreate(
            user_id=user.id,
            transaction_date=datetime.date(2026, 1, 31),
            transaction_amount=amount,
            transaction_type=kind,
        ),
    )
    assert isinstance(transaction, Transaction), transaction
    booked.append(transaction.id)

listed, cursor = [], ""
while cursor is not None:
    page = list_user_transactions.sync_detailed(user.id, client=client, per_page=1, cursor=cursor)
    assert isinstance(page.parsed, list), page
    listed += [transaction.id for transaction in page.parsed]
    cursor = page.headers.get("X-Next-Cursor")
assert sorted(listed) == sorted(booked), listed

figures = until(
    lambda: get_user_analytics.sync(user.id, client=client),
    lambda answer: isinstance(answer, Analytics) and answer.is_current,
)
assert (figures.net_total, figures.transaction_count) == ("1150.10", 2), figures
assert figures.period is None and figures.busiest_day.transaction_count == 2, figures

CSV = b"id,amount\n1,12.50\n2,7.00\n"
for send, body in (
    (create_import, File(payload=io.BytesIO(CSV))),
    (create_import_from_form, ImportForm(file=File(payload=io.BytesIO(CSV), file_name="orders.csv"))),
):
    name = f"orders_{uuid.uuid4().hex}"
    sent = send.sync(client=client, body=body, kind=ImportKind.DATASET, name=name)
    assert isinstance(sent, Import), sent
    loaded = until(
        lambda: get_import.sync(sent.id, client=client),
        lambda answer: answer.status not in ("queued", "running"),
    )
    assert (loaded.status, loaded.rows_loaded) == ("completed", 2), loaded

refused = create_user.sync(client=client, body=UserCreate(name="", email=email))
assert isinstance(refused, ValidationProblem), refused
assert (refused.code, refused.errors[0].path) == ("validation_failed", "/name"), refused

print("The Python client went through its journey.")
