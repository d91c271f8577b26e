# Two images from one file: docker build --target operator . and docker build --target agent .
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/KubeWol.Operator -c Release -o /out/operator

# Native code is linked for the machine it is built on: this stage runs as the target platform.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build-agent
RUN apt-get update \
 && apt-get install -y --no-install-recommends clang
WORKDIR /source
COPY . .
RUN dotnet publish src/KubeWol.Agent -c Release -o /out/agent

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS operator
COPY --from=build /out/operator /app
USER 65532:65532
ENTRYPOINT ["dotnet", "/app/kubewol-operator.dll"]

# No runtime: the agent is one file, beside OpenSSL and libpcap.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0 AS agent
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpcap0.8t64 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build-agent /out/agent/kubewol-agent /app/kubewol-agent
# Raw capture needs uid 0 with NET_RAW; the chart drops every other capability.
ENTRYPOINT ["/app/kubewol-agent"]
