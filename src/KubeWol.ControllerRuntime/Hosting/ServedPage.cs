namespace KubeWol.ControllerRuntime.Hosting;

/// <summary>Something a program serves beside its metrics and probes.</summary>
/// <param name="Path">Where, such as /readyz.</param>
/// <param name="AnswerAsync">Answers a GET.</param>
public sealed record ServedPage(string Path, Func<PageVisit, CancellationToken, Task<PageAnswer>> AnswerAsync);
