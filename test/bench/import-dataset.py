"""Loads a file of csv-file.ts as pandas does it: import-dataset.py to_sql|multi|copy dirty|clean URL FILE

Of the dirty file, the same cleaning as a dataset's: rows with too many or too few cells are left out, blanks around values do not
count, words for nothing are null, numbers, booleans, dates and timestamps have their types, and rows a number.
"""

import csv
import io
import sys

import pandas as pd
import psycopg2
from sqlalchemy import create_engine, types
from sqlalchemy.dialects import postgresql

CHUNK_ROWS = 50_000
NULLS = ["", "NULL", "N/A", "#N/A", "NaN", "\\N", "<NA>"]
TYPES = {
    "_row": types.BigInteger,
    "id": types.BigInteger,
    "account": types.Text,
    "amount": types.Numeric,
    "is_open": types.Boolean,
    "opened_on": types.Date,
    "updated_at": types.DateTime,
    "note": types.Text,
}


def clean_chunks(path):
    reader = pd.read_csv(path, chunksize=CHUNK_ROWS, parse_dates=["opened_on", "updated_at"])
    first = 1
    for frame in reader:
        frame.insert(0, "_row", range(first, first + len(frame)))
        first += len(frame)
        yield frame


def dirty_chunks(path):
    first = 1
    reader = pd.read_csv(
        path,
        chunksize=CHUNK_ROWS,
        dtype=str,
        keep_default_na=False,
        na_values=NULLS,
        skipinitialspace=True,
        on_bad_lines="skip",
    )
    for frame in reader:
        # No row without the last columns is whole: the reader fills up short ones.
        frame = frame.dropna(subset=["updated_at", "note"])
        for name in frame.columns[:-1]:
            frame[name] = frame[name].str.strip()
        frame = frame.assign(
            id=frame["id"].astype("int64"),
            amount=frame["amount"].replace(NULLS, None).astype(float),
            is_open=frame["is_open"].str.lower().map({"yes": True, "no": False}),
            opened_on=pd.to_datetime(frame["opened_on"], format="%d/%m/%Y"),
            updated_at=pd.to_datetime(frame["updated_at"], format="%Y-%m-%d %H:%M:%S"),
        )
        frame.insert(0, "_row", range(first, first + len(frame)))
        first += len(frame)
        yield frame


def to_sql(url, chunks, method):
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg2://"))
    rows = 0
    with engine.begin() as connection:
        for frame in chunks:
            # A statement has at most 65,535 parameters.
            size = 8_000 if method == "multi" else None
            frame.to_sql(
                "rows",
                connection,
                if_exists="append",
                index=False,
                method=method,
                chunksize=size,
                dtype=TYPES,
            )
            rows += len(frame)
    return rows


def copy(url, chunks):
    dialect = postgresql.dialect()
    columns = ", ".join(f"{name} {kind().compile(dialect)}" for name, kind in TYPES.items())
    rows = 0
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE rows ({columns})")
        for frame in chunks:
            buffer = io.StringIO()
            frame.to_csv(buffer, index=False, header=False, quoting=csv.QUOTE_MINIMAL)
            buffer.seek(0)
            cursor.copy_expert("COPY rows FROM STDIN WITH (FORMAT csv)", buffer)
            rows += len(frame)
    return rows


def main():
    way, kind, url, path = sys.argv[1:]
    chunks = clean_chunks(path) if kind == "clean" else dirty_chunks(path)
    if way == "copy":
        print(copy(url, chunks))
    else:
        print(to_sql(url, chunks, "multi" if way == "multi" else None))


main()
