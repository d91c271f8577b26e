using k8s;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using Prometheus;

namespace KubeWol.ControllerRuntime.Tests.Fakes;

/// <summary>Connections and clients to fakes.</summary>
internal static class Clusters
{
    /// <summary>Connects as a kubeconfig without credentials would, and without looking at certificates.</summary>
    public static ClusterConnection Connect(Uri server, ConnectionPatience? patience = null)
    {
        var configuration = new KubernetesClientConfiguration { Host = server.ToString(), SkipTlsVerify = true };
        return new(configuration, ClusterConnection.Transport(configuration, null, patience ?? new()));
    }

    /// <summary>Connects through something that is no network.</summary>
    public static ClusterConnection Connect(HttpMessageHandler transport) => new(new KubernetesClientConfiguration { Host = "http://fake" }, transport);

    public static RuntimeMetrics Metrics() => new(Prometheus.Metrics.NewCustomRegistry());

    /// <summary>The value of one line of the metrics page.</summary>
    public static async Task<double> ReadAsync(this CollectorRegistry registry, string series)
    {
        using var page = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(page, Bounded.Test);
        var line = System.Text.Encoding.UTF8.GetString(page.ToArray()).Split('\n').FirstOrDefault(l => l.StartsWith(series + " ", StringComparison.Ordinal));
        return line is null ? double.NaN : double.Parse(line[(series.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
