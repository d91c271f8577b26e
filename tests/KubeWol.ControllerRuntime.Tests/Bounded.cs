namespace KubeWol.ControllerRuntime.Tests;

/// <summary>Waits that end: with the event, with the test, or after <see cref="Limit"/>.</summary>
internal static class Bounded
{
    /// <summary>Far longer than anything here takes, on a busy machine too; reached only by a defect.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static CancellationToken Test => TestContext.Current.CancellationToken;

    public static Task SoonAsync(this Task task) => task.WaitAsync(Limit, Test);

    public static Task<T> SoonAsync<T>(this Task<T> task) => task.WaitAsync(Limit, Test);

    public static Task<T> SoonAsync<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Limit, Test);
}
