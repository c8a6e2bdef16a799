"""The columns of a source table on its way from the delivered file into the lake."""

import pyarrow as pa

from music_warehouse.contracts import Column, Contract, Treatment

CODED_TEXT = pa.dictionary(pa.int32(), pa.string())

_TYPES = {
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "text": pa.string(),
    "uuid": pa.string(),
    "date": pa.date32(),
    "period": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "boolean": pa.bool_(),
}
_TREATED = {
    Treatment.PSEUDONYM: pa.int64(),
    Treatment.MASKED_EMAIL: pa.string(),
    Treatment.AGE_BAND: pa.string(),
    Treatment.CARD_TOKEN: pa.string(),
}
_LINE_NUMBER = ("line_number", pa.int64())


def value_type(column: Column) -> pa.DataType:
    """The type of a column's valid values."""
    digits = column.decimal_digits
    return pa.decimal128(*digits) if digits else _TYPES[column.type]


def delivered_schema(contract: Contract) -> pa.Schema:
    """The columns a row source hands over: the contract's and the line number."""
    columns = [(column.name, value_type(column)) for column in contract.columns]
    return pa.schema([*columns, _LINE_NUMBER])


def admitted_schema(contract: Contract) -> pa.Schema:
    """The columns that pass the gate: nothing personal, under the lake's names, and
    the texts that only a key is stored of."""
    columns = [
        field for column in contract.columns for field in _admitted_fields(column)
    ]
    return pa.schema([*columns, _LINE_NUMBER])


def stored_schema(contract: Contract) -> pa.Schema:
    """The columns of the lake that tell a delivered row: from them all others can be
    made again."""
    columns = [field for column in contract.columns for field in _stored_fields(column)]
    return pa.schema([*columns, _LINE_NUMBER])


def _admitted_fields(column: Column) -> list[pa.Field]:
    if column.personal in _TREATED:
        return [pa.field(column.lake_name, _TREATED[column.personal])]
    if column.personal is None and (column.is_kept or column.key_name):
        return [pa.field(column.lake_name, value_type(column))]
    return []


def _stored_fields(column: Column) -> list[pa.Field]:
    fields = _admitted_fields(column) if column.is_kept else []
    if column.key_name:
        fields.append(pa.field(column.key_name, pa.int64()))
    return fields


def table_schema(contract: Contract) -> pa.Schema:
    """The columns of a source table in the lake."""
    fields: list[pa.Field] = []
    for column in contract.columns:
        fields += _stored_fields(column)
        if column.match_name:
            fields.append(pa.field(column.match_name, pa.string()))
    if contract.artist:
        fields.append(pa.field(contract.artist.key_column, pa.int64()))
    return pa.schema([*fields, ("file_seq", pa.int32()), _LINE_NUMBER])


def coded(schema: pa.Schema) -> pa.Schema:
    """The same columns with texts as integer codes into a dictionary."""
    return pa.schema(
        [
            (field.name, CODED_TEXT if pa.types.is_string(field.type) else field.type)
            for field in schema
        ]
    )


def without_unused_texts(table: pa.Table) -> pa.Table:
    """The same rows, texts coded anew: a filter leaves the texts of rows that are gone
    in the dictionary, and they would be written."""
    columns = [
        values.cast(pa.string()).combine_chunks().dictionary_encode()
        if pa.types.is_dictionary(values.type) or pa.types.is_string(values.type)
        else values
        for values in table.columns
    ]
    return pa.Table.from_arrays(columns, names=table.column_names)
