"""Turns a bearer token into a policy for the whole stage (API Gateway's TOKEN authorizer)."""

from typing import Any

from marketdata import deployment
from marketdata.errors import UnauthorizedError
from marketdata.identity.tokens import Tokens
from marketdata.identity.users import User, Users


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer API Gateway, which keeps the policy for five minutes, one for each token."""
    try:
        user = _user_of(event["authorizationToken"])
    except UnauthorizedError:
        # API Gateway makes a 401 of this very text, and a 500 of any other.
        raise Exception("Unauthorized") from None  # noqa: TRY002
    api, stage, *_ = event["methodArn"].split("/")
    return {
        "principalId": str(user.id),
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "execute-api:Invoke",
                    # The whole stage, because the policy is kept and serves later calls too.
                    "Resource": f"{api}/{stage}/*/*",
                }
            ],
        },
        "context": {
            "user_id": str(user.id),
            "username": user.username,
            "role": user.role.value,
        },
        # The API key of the role, whose usage plan counts this call.
        "usageIdentifierKey": f"{user.role}-{deployment.settings().usage_key}",
    }


def _user_of(header: str) -> User:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise UnauthorizedError("the header must be: Authorization: Bearer {token}")
    tokens: Tokens = deployment.tokens()
    users: Users = deployment.users()
    verified = tokens.verify(token.strip())
    user = users.get(verified.user_id)
    if user is None or not user.is_active:
        raise UnauthorizedError("there is no such user any more")
    if verified.issued_at < user.sessions_from:
        raise UnauthorizedError("the password has changed since")
    return user
