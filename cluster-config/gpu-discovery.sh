#!/usr/bin/env bash
# Tells Spark which GPUs this machine has, as spark.*.resource.gpu.discoveryScript asks for.
set -euo pipefail
addresses="$(nvidia-smi --query-gpu=index --format=csv,noheader | sed 's/[^0-9]//g; s/.*/"&"/' |
  paste -sd, -)"
echo "{\"name\": \"gpu\", \"addresses\": [$addresses]}"
