"""The operations of the Express peer with FastAPI of today: asyncpg without an ORM, answers made by orjson."""

import os
from base64 import b64decode
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Literal

import asyncpg
import jwt
import orjson
import redis.asyncio as redis
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import Depends, FastAPI, Header, HTTPException, Query, Response
from pydantic import BaseModel, Field

IV_BYTES = 12
TTL_SECONDS = 60
SCHEME = "Bearer "
SECRET = os.environ["JWT_SECRET"]
COLUMNS = ("user_id", "full_name", "transaction_date", "transaction_amount", "transaction_type")
INSERT = f"INSERT INTO transactions ({', '.join(COLUMNS)}) VALUES ($1, $2, $3, $4, $5) RETURNING id"
PAGE = f"""SELECT id, {", ".join(COLUMNS)} FROM transactions WHERE user_id = $1
  ORDER BY transaction_date DESC, id DESC LIMIT $2 OFFSET $3"""
FIGURES = """SELECT count(*) AS count,
    coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'credit'), 0)::float8 AS credit,
    coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'debit'), 0)::float8 AS debit,
    mode() WITHIN GROUP (ORDER BY date(transaction_date AT TIME ZONE 'UTC'))::text AS busiest_day
  FROM transactions WHERE user_id = $1"""

names = AESGCM(b64decode(os.environ["NAME_KEY"]))
# It opens one for each request under way, and refuses the 101st by default.
cache = redis.from_url(os.environ["REDIS_URL"], max_connections=1_000)


class Credentials(BaseModel):
    username: str
    password: str


class NewTransaction(BaseModel):
    user_id: int = Field(gt=0)
    full_name: str = Field(min_length=1, max_length=200)
    transaction_date: datetime
    transaction_amount: Decimal = Field(gt=0, max_digits=17, decimal_places=4)
    transaction_type: Literal["credit", "debit"]


class NewTransactions(BaseModel):
    transactions: list[NewTransaction] = Field(min_length=1, max_length=1000)


def encrypt(name: str) -> bytes:
    iv = os.urandom(IV_BYTES)
    return iv + names.encrypt(iv, name.encode(), None)


def decrypt(value: bytes) -> str:
    return names.decrypt(value[:IV_BYTES], value[IV_BYTES:], None).decode()


def columns(sent: NewTransaction) -> tuple:
    return (
        sent.user_id,
        encrypt(sent.full_name),
        sent.transaction_date,
        sent.transaction_amount,
        sent.transaction_type,
    )


def answer(row: asyncpg.Record) -> dict:
    return {
        "id": row["id"],
        "user_id": row["user_id"],
        "full_name": decrypt(row["full_name"]),
        "transaction_date": row["transaction_date"],
        "transaction_amount": float(row["transaction_amount"]),
        "transaction_type": row["transaction_type"],
    }


def as_json(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


async def authenticate(authorization: Annotated[str, Header()] = "") -> None:
    try:
        if not authorization.startswith(SCHEME):
            raise jwt.PyJWTError
        jwt.decode(authorization[len(SCHEME) :], SECRET, algorithms=["HS256"])
    except jwt.PyJWTError:
        raise HTTPException(401, "invalid token") from None


@asynccontextmanager
async def lifespan(app: FastAPI):
    size = int(os.environ["POOL_SIZE"])
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=1, max_size=size)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)
locked = [Depends(authenticate)]


@app.get("/health")
async def health():
    return as_json({"status": "ok"})


@app.post("/login")
async def log_in(sent: Credentials):
    if (sent.username, sent.password) != (os.environ["ADMIN_USERNAME"], os.environ["ADMIN_PASSWORD"]):
        raise HTTPException(401, "wrong credentials")
    expires = datetime.now(timezone.utc) + timedelta(hours=12)
    return as_json({"access_token": jwt.encode({"sub": sent.username, "exp": expires}, SECRET, "HS256")})


@app.get("/users/{user_id}", dependencies=locked)
async def get_user(user_id: int):
    row = await app.state.pool.fetchrow("SELECT id, name, email, age FROM users WHERE id = $1", user_id)
    if row is None:
        raise HTTPException(404, "not found")
    return as_json(dict(row))


@app.get("/users/{user_id}/analytics", dependencies=locked)
async def get_analytics(user_id: int):
    key = f"analytics:{user_id}"
    kept = await cache.get(key)
    if kept is not None:
        return Response(kept, media_type="application/json")
    row = await app.state.pool.fetchrow(FIGURES, user_id)
    if row["count"] == 0:
        raise HTTPException(404, "not found")
    figures = orjson.dumps(
        {
            "user_id": user_id,
            "average_value": round((row["credit"] + row["debit"]) / row["count"], 2),
            "busiest_day": row["busiest_day"],
            "total_credit": row["credit"],
            "total_debit": row["debit"],
            "transaction_count": row["count"],
        }
    )
    await cache.set(key, figures, ex=TTL_SECONDS)
    return Response(figures, media_type="application/json")


@app.get("/users/{user_id}/transactions", dependencies=locked)
async def list_transactions(
    user_id: int,
    page: Annotated[int, Query(ge=1)] = 1,
    per_page: Annotated[int, Query(ge=1, le=100)] = 20,
):
    rows = await app.state.pool.fetch(PAGE, user_id, per_page, (page - 1) * per_page)
    return as_json([answer(row) for row in rows])


@app.post("/transactions", dependencies=locked)
async def create_transaction(sent: NewTransaction):
    made = await app.state.pool.fetchval(INSERT, *columns(sent))
    await cache.delete(f"analytics:{sent.user_id}")
    return as_json({"id": made, **sent.model_dump(mode="json")}, 201)


@app.post("/transactions/bulk", dependencies=locked)
async def create_transactions(sent: NewTransactions):
    rows = [columns(each) for each in sent.transactions]
    async with app.state.pool.acquire() as connection:
        await connection.copy_records_to_table("transactions", records=rows, columns=COLUMNS)
    await cache.delete(*{f"analytics:{each.user_id}" for each in sent.transactions})
    return as_json({"created": len(rows)}, 201)
