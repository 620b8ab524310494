# Lethe's worker and command line: one static binary, no shell, no root.
#
#     docker build -t lethe .
#     docker run --rm lethe version

FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETOS TARGETARCH
WORKDIR /src
# The image would take its own Go only; go.mod may name a newer one.
ENV GOTOOLCHAIN=auto
COPY . .
# The revision that 'lethe version' names comes from git, if the checkout has its history.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    git rev-parse --verify --quiet HEAD >/dev/null 2>&1 || export GOFLAGS=-buildvcs=false; \
    CGO_ENABLED=0 GOWORK=off GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags='-s -w' -o /out/lethe ./cmd/lethe
# A volume mounted on an empty folder takes over its owner: the image's user.
RUN install -d -m 0700 /out/state/data

# It holds CA certificates, time zones and the user 65532.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/lethe /lethe
COPY --from=build --chown=65532:65532 /out/state/ /var/lib/lethe/
# Here lethe.yaml is looked for; its default archive is data/reports beside it.
WORKDIR /var/lib/lethe
USER 65532:65532
ENTRYPOINT ["/lethe"]
CMD ["worker"]
