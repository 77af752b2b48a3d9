"""Encryption and decryption of short texts with KMS."""

from collections.abc import Mapping

from marketdata.aws.clients import client
from marketdata.errors import StorageError


class KeyRefusedError(StorageError):
    """KMS refused to decrypt: wrong key or context, damaged ciphertext, or no permission."""


class EncryptionKey:
    """A KMS key.

    Parameters
    ----------
    arn : str
        The key's ARN or ID.
    """

    def __init__(self, arn: str) -> None:
        self.arn = arn

    def encrypt(self, text: str, context: Mapping[str, str]) -> bytes:
        """Encrypt a text of at most 4096 bytes; decrypting it requires the same context."""
        answer = client("kms").encrypt(
            KeyId=self.arn, Plaintext=text.encode(), EncryptionContext=dict(context)
        )
        return answer["CiphertextBlob"]

    def decrypt(self, secret: bytes, context: Mapping[str, str]) -> str:
        """Decrypt what `encrypt` returned.

        Raises
        ------
        KeyRefusedError
            KMS refused to decrypt it.
        """
        from botocore.exceptions import ClientError

        try:
            answer = client("kms").decrypt(
                KeyId=self.arn, CiphertextBlob=secret, EncryptionContext=dict(context)
            )
        except ClientError as error:
            raise KeyRefusedError("the stored password cannot be decrypted") from error
        return answer["Plaintext"].decode()
