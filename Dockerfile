# Two images from one file: docker build --target operator . and docker build --target agent .

# Native code is linked for the machine it is built on: this stage runs as the target platform, on a machine of its kind.
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
ARG TARGETARCH
RUN test "${TARGETARCH:-$(dpkg --print-architecture)}" = "$(dpkg --print-architecture)" \
 && apt-get update \
 && apt-get install -y --no-install-recommends clang libpcap0.8t64 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .

FROM build AS build-operator
ARG VERSION
RUN Version=$VERSION eng/native.sh KubeWol.Operator \
 && eng/image-root.sh /out/operator artifacts/publish/KubeWol.Operator/release/kubewol-operator

FROM build AS build-agent
ARG VERSION
RUN Version=$VERSION eng/native.sh KubeWol.Agent \
 && eng/image-root.sh /out/agent artifacts/publish/KubeWol.Agent/release/kubewol-agent libpcap.so.0.8

# No runtime, no shell, no package manager: each is one program, beside OpenSSL and what it needs.
FROM scratch AS operator
COPY --from=build-operator /out/operator /
USER 65532:65532
ENTRYPOINT ["/app/kubewol-operator"]

FROM scratch AS agent
COPY --from=build-agent /out/agent /
# Raw capture needs uid 0 with NET_RAW; the chart drops every other capability.
USER 0:0
ENTRYPOINT ["/app/kubewol-agent"]
