"""Documents in Amazon's S3, or in anything that speaks its protocol."""

from edgewise.adapters.s3.blobs import S3BlobStore

__all__ = ["S3BlobStore"]
