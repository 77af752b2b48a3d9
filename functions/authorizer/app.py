"""The function `authorizer`, API Gateway's TOKEN authorizer: turns a bearer token into a policy."""

from typing import Any

from marketdata import deployment
from marketdata.errors import UnauthorizedError
from marketdata.identity.tokens import Tokens
from marketdata.identity.users import User, Users


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Return the policy for a token; API Gateway caches it for five minutes, by token."""
    try:
        user, session = _user_of(event["authorizationToken"])
    except UnauthorizedError:
        # API Gateway turns exactly this text into a 401, and any other into a 500.
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
                    # The whole stage, because the policy is cached and serves later calls too.
                    "Resource": f"{api}/{stage}/*/*",
                }
            ],
        },
        "context": {
            "user_id": str(user.id),
            "username": user.username,
            "role": user.role.value,
            "session": session,
        },
        # The API key of the role, whose usage plan counts this call.
        "usageIdentifierKey": f"{user.role}-{deployment.settings().usage_key}",
    }


def _user_of(header: str) -> tuple[User, str]:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise UnauthorizedError("the header must be: Authorization: Bearer {token}")
    tokens: Tokens = deployment.tokens()
    users: Users = deployment.users()
    verified = tokens.verify(token.strip())
    user = users.in_session(verified.user_id, verified.session)
    if user is None or not user.is_active:
        raise UnauthorizedError("there is no such user or session any more")
    if verified.generation != user.generation:
        raise UnauthorizedError("the password has changed since")
    return user, verified.session
