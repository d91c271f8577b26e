using System.Collections.Immutable;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace KubeWol.Bench.Micro;

/// <summary>The small parts, by BenchmarkDotNet. Of its rounds the fastest counts: whatever else the machine does can only add to what the code itself takes.</summary>
internal sealed class MicroSection : ISection
{
    public string Name => "micro";

    public Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        var results = run.Results;
        foreach (var report in Measure<ParseBenchmarks>(run))
        {
            var format = (string)report.BenchmarkCase.Parameters["Format"];
            results.Add($"parse_{format}_ns", report.ResultStatistics!.Min);
            results.Add($"parse_{format}_bytes", report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? double.NaN);
            if (format != "plain") continue;
            results.Add("parse_plain_median_ns", report.ResultStatistics.Median);
            results.Add("parse_frames_per_second", 1e9 / report.ResultStatistics.Min);
        }

        var times = Measure<ScanBenchmarks>(run).ToDictionary(r => r.BenchmarkCase.Descriptor.WorkloadMethod.Name, r => r.ResultStatistics!.Min);
        results.Add("scan_gib_per_second", Rate(times[nameof(ScanBenchmarks.Scan)]));
        results.Add("scan_indexof_gib_per_second", Rate(times[nameof(ScanBenchmarks.IndexOf)]));
        results.Add("scan_memory_gib_per_second", Rate(times[nameof(ScanBenchmarks.Read)]));
        results.Add("scan_ratio_to_memory", times[nameof(ScanBenchmarks.Scan)] / times[nameof(ScanBenchmarks.Read)]);
        results.Add("scan_ratio_to_indexof", times[nameof(ScanBenchmarks.Scan)] / times[nameof(ScanBenchmarks.IndexOf)]);
        return Task.CompletedTask;

        static double Rate(double nanoseconds) => ScanBenchmarks.Size / nanoseconds * 1e9 / (1 << 30);
    }

    private static ImmutableArray<BenchmarkReport> Measure<T>(Run run)
    {
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(run.IsQuick ? 1 : 5).WithIterationCount(run.IsQuick ? 4 : 15).WithIterationTime(TimeInterval.FromMilliseconds(run.IsQuick ? 60 : 250))
            .WithEvaluateOverhead(!run.IsQuick); // of a loop around it, a fraction of a nanosecond
        var config = ManualConfig.CreateEmpty().AddJob(job).AddLogger(NullLogger.Instance).AddColumnProvider(DefaultColumnProviders.Instance)
            .WithOptions(ConfigOptions.DisableLogFile).WithArtifactsPath(run.Folder);
        var summary = BenchmarkRunner.Run<T>(config);
        if (summary.HasCriticalValidationErrors) throw new InvalidOperationException(string.Join("; ", summary.ValidationErrors.Select(e => e.Message)));
        return summary.Reports;
    }
}
