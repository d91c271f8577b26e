using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace KubeWol.TestCluster.Tests.Kubernetes;

/// <summary>Lists and watches over plain HTTP. Compaction: <see cref="ApiServers.ApiServerTests"/>.</summary>
public sealed class ListAndWatchTests(SharedCluster cluster)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("api/v1/configmaps")]
    [InlineData("apis/apiextensions.k8s.io/v1/customresourcedefinitions")]
    public async Task A_streaming_list_marks_the_end_of_what_was_there(string path)
    {
        var watch = $"{path}?watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=30";
        using var stream = new StreamReader(await cluster.Http.GetStreamAsync(new Uri(watch, UriKind.Relative), Cancel));

        while (await stream.ReadLineAsync(Cancel) is { } line)
        {
            var item = JsonDocument.Parse(line).RootElement;
            if (item.GetProperty("type").GetString() != "BOOKMARK") continue;
            Assert.Equal("true", item.GetProperty("object").GetProperty("metadata").GetProperty("annotations").GetProperty("k8s.io/initial-events-end").GetString());
            return;
        }
        Assert.Fail("The watch ended without a bookmark.");
    }

    [Fact]
    public async Task A_long_list_comes_in_pages()
    {
        var ns = await cluster.NewNamespaceAsync();
        await MakeConfigMapsAsync(ns, 7);

        var first = await GetAsync($"api/v1/namespaces/{ns}/configmaps?limit=3");
        var metadata = first.GetProperty("metadata");
        var second = await GetAsync($"api/v1/namespaces/{ns}/configmaps?limit=100&continue={metadata.GetProperty("continue").GetString()}");

        Assert.Equal(3, first.GetProperty("items").GetArrayLength());
        Assert.Equal(4, metadata.GetProperty("remainingItemCount").GetInt32());
        Assert.Equal(4, second.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Selectors_choose_by_label_and_by_field()
    {
        var ns = await cluster.NewNamespaceAsync();
        await MakeConfigMapsAsync(ns, 3);

        Assert.Equal("configmap/c1", (await cluster.KubectlAsync($"get configmaps -n {ns} --field-selector metadata.name=c1 -o name")).Trim());
        Assert.Equal(3, (await cluster.KubectlAsync($"get configmaps -n {ns} -l page=one -o name")).Trim().Split('\n').Length);
        Assert.Empty(await cluster.KubectlAsync($"get configmaps -n {ns} -l page!=one -o name"));
    }

    [Fact]
    public async Task An_unknown_field_selector_is_refused()
    {
        var result = await cluster.TryAsync("get pods --field-selector spec.colour=red");

        Assert.Contains("field label not supported: spec.colour", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_from_a_version_begins_right_after_it()
    {
        var ns = await cluster.NewNamespaceAsync();
        await MakeConfigMapsAsync(ns, 1);
        var version = (await GetAsync($"api/v1/namespaces/{ns}/configmaps")).GetProperty("metadata").GetProperty("resourceVersion").GetString();
        await cluster.KubectlAsync($"label configmap c1 -n {ns} a=b");

        using var stream = new StreamReader(await cluster.Http.GetStreamAsync(
            new Uri($"api/v1/namespaces/{ns}/configmaps?watch=1&resourceVersion={version}&timeoutSeconds=30", UriKind.Relative), Cancel));

        var first = JsonDocument.Parse((await stream.ReadLineAsync(Cancel))!).RootElement;
        Assert.Equal("MODIFIED", first.GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_thousand_objects_are_written_and_listed()
    {
        var ns = await cluster.NewNamespaceAsync();

        await MakeConfigMapsAsync(ns, 1000);

        Assert.Equal(1000, (await GetAsync($"api/v1/namespaces/{ns}/configmaps")).GetProperty("items").GetArrayLength());
    }

    private Task MakeConfigMapsAsync(string ns, int count) => Parallel.ForEachAsync(
        Enumerable.Range(1, count),
        new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel },
        async (i, cancellationToken) =>
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"c{i}");
            var body = new { apiVersion = "v1", kind = "ConfigMap", metadata = new { name, labels = new { page = "one" } } };
            using var response = await cluster.Http.PostAsJsonAsync($"api/v1/namespaces/{ns}/configmaps", body, cancellationToken);
            response.EnsureSuccessStatusCode();
        });

    private async Task<JsonElement> GetAsync(string path) =>
        JsonDocument.Parse(await cluster.Http.GetStringAsync(new Uri(path, UriKind.Relative), Cancel)).RootElement;
}
