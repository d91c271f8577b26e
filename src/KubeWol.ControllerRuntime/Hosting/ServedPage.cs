using Microsoft.AspNetCore.Http;

namespace KubeWol.ControllerRuntime.Hosting;

/// <summary>Something a program serves beside its metrics and probes.</summary>
/// <param name="Path">Where.</param>
/// <param name="ServeAsync">Answers a GET.</param>
public sealed record ServedPage(string Path, RequestDelegate ServeAsync);
