#!/bin/sh
# Writes the configuration of SeaweedFS's S3 gateway, whose one identity is Seawall, to $S3_CONFIG and becomes the program that is
# given. Without a configuration the gateway would let everybody in.
set -eu
: "${S3_CONFIG:?is not set}" "${S3_ACCESS_KEY:?is not set}" "${S3_SECRET_KEY:?is not set}"
case "$S3_ACCESS_KEY$S3_SECRET_KEY" in
  *[!A-Za-z0-9]*) echo "the keys take letters and digits only" >&2; exit 1 ;;
esac
umask 077
cat > "$S3_CONFIG" <<END
{
  "identities": [
    {
      "name": "seawall",
      "credentials": [{"accessKey": "$S3_ACCESS_KEY", "secretKey": "$S3_SECRET_KEY"}],
      "actions": ["Admin"]
    }
  ]
}
END
unset S3_ACCESS_KEY S3_SECRET_KEY
exec "$@"
