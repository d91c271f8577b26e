# Two images from one file: docker build --target operator . and docker build --target agent .
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/KubeWol.Operator -c Release -o /out/operator \
 && dotnet publish src/KubeWol.Agent -c Release -o /out/agent

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS operator
COPY --from=build /out/operator /app
USER 65532:65532
ENTRYPOINT ["dotnet", "/app/kubewol-operator.dll"]

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS agent
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpcap0.8t64 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/agent /app
# Raw capture needs uid 0 with NET_RAW; the chart drops every other capability.
ENTRYPOINT ["dotnet", "/app/kubewol-agent.dll"]
