"""The graph of an ONNX file: reading its nodes, asking for more outputs, writing a small one.

An ONNX file is a Protocol Buffers message (onnx.proto, ModelProto). Only names and operators are
wanted of it, so the few kinds of fields are read here, and weights are passed by: reading costs
neither a library nor a copy. The file is not trusted; what is off raises ValueError.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_NODES = 50_000
_MAX_FIELDS = 2_000_000
_MAX_NAME = 4096

# field numbers of onnx.proto
_MODEL_GRAPH = 7
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT, _GRAPH_SPARSE = 1, 5, 11, 12, 15
_WANTED = (_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT, _GRAPH_SPARSE)
_NODE_INPUT, _NODE_OUTPUT, _NODE_OPERATOR = 1, 2, 4
_TENSOR_NAME, _VALUE_NAME, _SPARSE_VALUES = 8, 1, 1

_NUMBER, _BYTES = 0, 2  # the wire types of whole numbers, and of strings and messages
_FIXED = {1: 8, 5: 4}  # wire types of fixed size, in bytes


@dataclass(frozen=True, slots=True)
class Node:
    """One operator: the names of the tensors that it takes and gives."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in the order of the file, which is one of execution.

    `fed` are the inputs that are no weights. `constants` are the tensors that do not depend on
    them: weights, and whatever is computed of weights alone.
    """

    nodes: tuple[Node, ...]
    fed: frozenset[str]
    outputs: tuple[str, ...]
    constants: frozenset[str]

    def varying(self, node: Node) -> list[str]:
        """Return the inputs of a node that depend on what the model is fed."""
        return [name for name in node.inputs if name and name not in self.constants]


def read_graph(data: bytes) -> Graph:
    """Read the outermost graph of an ONNX file."""
    scan = _Scan()
    parts: dict[int, list[memoryview]] = {field: [] for field in _WANTED}
    for field, graph in scan.messages(memoryview(data)):
        if field == _MODEL_GRAPH:
            for number, part in scan.messages(graph):
                if number in parts:
                    parts[number].append(part)
    if len(parts[_GRAPH_NODE]) > MAX_NODES:
        raise ValueError(f"more than {MAX_NODES} nodes")
    nodes = tuple(_node(scan, part) for part in parts[_GRAPH_NODE])
    sparse = [
        values
        for part in parts[_GRAPH_SPARSE]
        for field, values in scan.messages(part)
        if field == _SPARSE_VALUES
    ]
    constants = {_named(scan, t, _TENSOR_NAME) for t in (*parts[_GRAPH_INITIALIZER], *sparse)}
    for node in nodes:
        if all(name in constants or not name for name in node.inputs):
            constants.update(node.outputs)
    inputs, outputs = (
        [_named(scan, part, _VALUE_NAME) for part in parts[field]]
        for field in (_GRAPH_INPUT, _GRAPH_OUTPUT)
    )
    return Graph(nodes, frozenset(inputs) - constants, tuple(outputs), frozenset(constants))


def with_outputs(data: bytes, names: Iterable[str]) -> bytes:
    """Return the ONNX file with tensors of these names among its outputs.

    A message appended to another is merged into it: repeated fields, such as the outputs of a
    graph, are joined (Protocol Buffers, "Encoding", last one wins). ONNX Runtime infers the types.
    """
    values = b"".join(packed(_GRAPH_OUTPUT, packed(_VALUE_NAME, name)) for name in names)
    return data + packed(_MODEL_GRAPH, values)


def _node(scan: _Scan, data: memoryview) -> Node:
    inputs, outputs, operator = [], [], ""
    for number, part in scan.messages(data):
        if number == _NODE_INPUT:
            inputs.append(_text(part))
        elif number == _NODE_OUTPUT:
            outputs.append(_text(part))
        elif number == _NODE_OPERATOR:
            operator = _text(part)
    return Node(operator, tuple(inputs), tuple(outputs))


def _named(scan: _Scan, data: memoryview, field: int) -> str:
    return next((_text(part) for number, part in scan.messages(data) if number == field), "")


def _text(data: memoryview) -> str:
    if len(data) > _MAX_NAME:
        raise ValueError("a name too long")
    return str(data, "utf-8")


class _Scan:
    """Goes through fields of messages, and gives up after `_MAX_FIELDS` of them."""

    def __init__(self) -> None:
        self._left = _MAX_FIELDS

    def messages(self, data: memoryview) -> Iterator[tuple[int, memoryview]]:
        """Yield (field number, content) of every string or message; numbers are passed by."""
        at = 0
        while at < len(data):
            self._left -= 1
            if self._left < 0:
                raise ValueError("too many fields")
            key, at = _number(data, at)
            kind = key & 7
            if kind == _BYTES:
                size, at = _number(data, at)
                if size > len(data) - at:
                    raise ValueError("a field longer than its message")
                yield key >> 3, data[at : at + size]
                at += size
            elif kind == _NUMBER:
                _, at = _number(data, at)
            elif kind in _FIXED:
                at += _FIXED[kind]
            else:
                raise ValueError("no field of a message")


def _number(data: memoryview, at: int) -> tuple[int, int]:
    """Return the base-128 number at a place and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise ValueError("a number without end")


def packed(field: int, *parts: bytes | str) -> bytes:
    """Return a field of a message that holds a string, or a message of some fields."""
    content = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    return _base128(field << 3 | _BYTES) + _base128(len(content)) + content


def numbered(field: int, value: int) -> bytes:
    """Return a field of a message that holds a whole number from 0 up."""
    return _base128(field << 3 | _NUMBER) + _base128(value)


def _base128(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
