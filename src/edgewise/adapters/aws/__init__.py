"""Amazon's services: the queue on SQS, the first-seen set on DynamoDB.

A URL names the queue or the table only. Region, credentials and another endpoint come from where every AWS client looks
for them: AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID and its companions, AWS_PROFILE, the role of the machine,
AWS_ENDPOINT_URL. So do proxies: HTTPS_PROXY and HTTP_PROXY are obeyed, except for the hosts in NO_PROXY.
"""

from edgewise.adapters.aws.dynamodb import DynamoSeen, create_seen, open_seen
from edgewise.adapters.aws.sqs import SqsQueue, create_queue, open_queue

__all__ = ["DynamoSeen", "SqsQueue", "create_queue", "create_seen", "open_queue", "open_seen"]
