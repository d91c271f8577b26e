using System.Net;

namespace KubeWol.ControllerRuntime.Hosting;

/// <summary>Something a program serves beside its metrics and probes.</summary>
/// <param name="Path">Where, such as /readyz.</param>
/// <param name="AnswerAsync">Answers a GET from a client at this address.</param>
public sealed record ServedPage(string Path, Func<IPAddress, CancellationToken, Task<PageAnswer>> AnswerAsync);
