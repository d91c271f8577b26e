namespace KubeWol.Chart.Tests.Rendering;

/// <summary>Where the chart does not install, it says why, and what to do.</summary>
public sealed class RefusalTests(Renderer renderer) : IClassFixture<Renderer>
{
    [Theory]
    [InlineData("--kube-version 1.29.0", "Kubernetes v1.29.0) has no ValidatingAdmissionPolicy")]
    [InlineData("--kube-version 1.29.0", "set admissionPolicies.enabled=false: then whoever may create WakeRequests")]
    [InlineData("--kube-version 1.28.9", "requires kubeVersion: >=1.29.0-0")]
    [InlineData("--set monitoring.serviceMonitor.enabled=true", "this cluster has no ServiceMonitor (monitoring.coreos.com/v1): install the Prometheus Operator first, or set monitoring.withoutCrds to Skip")]
    [InlineData("--set prometheusRule.enabled=true", "this cluster has no PrometheusRule (monitoring.coreos.com/v1)")]
    [InlineData("--set monitoring.podMonitor.enabled=true", "give it --api-versions monitoring.coreos.com/v1/PodMonitor")]
    [InlineData(
        "--set monitoring.serviceMonitor.enabled=true,monitoring.services=false,monitoring.withoutCrds=Render", "finds agents and operators by their Services: set monitoring.services")]
    public async Task It_says_what_is_missing(string options, string sentence)
    {
        var answer = await renderer.TemplateAsync(options.Split(' '));
        Assert.False(answer.Succeeded);
        Assert.Contains(sentence, answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--kube-version 1.29.0 --set admissionPolicies.enabled=false", "ValidatingAdmissionPolicy", false)]
    [InlineData("--kube-version 1.30.0", "ValidatingAdmissionPolicy", true)]
    [InlineData("--set monitoring.serviceMonitor.enabled=true --api-versions monitoring.coreos.com/v1/ServiceMonitor", "kind: ServiceMonitor", true)]
    [InlineData("--set monitoring.serviceMonitor.enabled=true,monitoring.withoutCrds=Skip", "kind: ServiceMonitor", false)]
    [InlineData("--set monitoring.serviceMonitor.enabled=true,monitoring.withoutCrds=Render", "kind: ServiceMonitor", true)]
    public async Task It_renders_what_fits_the_cluster(string options, string text, bool isThere) =>
        Assert.Equal(isThere, (await renderer.TemplateAsync(options.Split(' '))).Checked.Contains(text, StringComparison.Ordinal));
}
