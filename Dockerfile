# Two images from one file: docker build --target operator . and docker build --target agent .

FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build-operator
ARG VERSION
WORKDIR /source
COPY . .
# The same for every architecture.
RUN Version=$VERSION dotnet publish src/KubeWol.Operator -c Release -o /out/operator

# Native code is linked for the machine it is built on: this stage runs as the target platform, on a machine of its kind.
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build-agent
ARG TARGETARCH
ARG VERSION
RUN apt-get update \
 && apt-get install -y --no-install-recommends clang libpcap0.8t64 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN test "${TARGETARCH:-$(dpkg --print-architecture)}" = "$(dpkg --print-architecture)" \
 && Version=$VERSION eng/native.sh KubeWol.Agent \
 && eng/agent-root.sh /out/agent

# The .NET runtime, no shell, no package manager.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled AS operator
COPY --from=build-operator /out/operator /app
USER 65532:65532
ENTRYPOINT ["dotnet", "/app/kubewol-operator.dll"]

# No runtime: the agent is one file, beside OpenSSL, libpcap and what they need.
FROM scratch AS agent
COPY --from=build-agent /out/agent /
# Raw capture needs uid 0 with NET_RAW; the chart drops every other capability.
USER 0:0
ENTRYPOINT ["/app/kubewol-agent"]
