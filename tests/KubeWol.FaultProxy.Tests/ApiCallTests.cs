using Microsoft.AspNetCore.Http;

namespace KubeWol.FaultProxy.Tests;

public sealed class ApiCallTests
{
    [Theory]
    [InlineData("GET", "/api/v1/namespaces/a/configmaps", "", "LIST configmaps", "a", null)]
    [InlineData("GET", "/api/v1/namespaces/a/configmaps/b", "", "GET configmaps", "a", "b")]
    [InlineData("GET", "/apis/kubevirt.io/v1/virtualmachines", "?limit=500", "LIST virtualmachines", null, null)]
    [InlineData("GET", "/apis/kubevirt.io/v1/virtualmachines", "?watch=1&resourceVersion=7", "WATCH virtualmachines", null, null)]
    [InlineData("PUT", "/apis/subresources.kubevirt.io/v1/namespaces/a/virtualmachines/b/start", "", "PUT virtualmachines/start", "a", "b")]
    [InlineData("PATCH", "/apis/kubewol.io/v1alpha1/namespaces/a/wakerequests/b/status", "", "PATCH wakerequests/status", "a", "b")]
    [InlineData("POST", "/apis/kubewol.io/v1alpha1/namespaces/a/wakerequests", "", "POST wakerequests", "a", null)]
    [InlineData("PUT", "/apis/coordination.k8s.io/v1/namespaces/a/leases/b", "", "PUT leases", "a", "b")]
    [InlineData("GET", "/api/v1/namespaces/a", "", "GET namespaces", null, "a")]
    [InlineData("GET", "/api/v1/nodes/n", "", "GET nodes", null, "n")]
    [InlineData("GET", "/readyz", "", "GET /readyz", null, null)]
    public void A_call_is_named_by_what_it_asks_for(string method, string path, string query, string name, string? ns, string? @object)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Path, request.QueryString) = (method, path, new(query));
        var call = ApiCall.Of(request, "");
        Assert.Equal((name, ns, @object, "other"), (call.Name, call.Namespace, call.Object, call.Caller));
    }
}
