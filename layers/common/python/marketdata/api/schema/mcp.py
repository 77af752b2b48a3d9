"""What the call for agents answers: a message of JSON-RPC, in no envelope."""

from typing import Any, Literal

from pydantic import Field

from marketdata.api.schema.operation import Operation, Schema


class RpcFault(Schema):
    """Why a message has no result."""

    code: int
    """Of JSON-RPC, or of the Model Context Protocol."""
    message: str
    data: dict[str, Any] = Field(default_factory=dict)


class RpcAnswer(Schema):
    """A response of JSON-RPC 2.0, with a result or an error."""

    jsonrpc: Literal["2.0"]
    id: int | str | None
    result: dict[str, Any] = Field(default_factory=dict)
    """Of the method that was asked for."""
    error: RpcFault = RpcFault(code=0, message="")


QUESTION = {"codes": ["600000.SH"], "start_date": "20240102", "end_date": "20240131"}
REPLY = {"complete": True, "missing": {}, "total": 22, "returned": 22, "truncated": False}

OPERATIONS = {
    ("POST", "/mcp"): Operation(
        request={
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "get_bars", "arguments": QUESTION},
        },
        content=("application/json",),
        bare=RpcAnswer,
        example={
            "jsonrpc": "2.0",
            "id": 1,
            "result": {
                "content": [{"type": "text", "text": '{"complete":true,"missing":{},…}'}],
                "structuredContent": REPLY,
            },
        },
        empty={202: "已接收 · A notification, which has no answer"},
        bare_errors=(400, 404),
        errors=(404,),
    ),
}
