using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace KubeWol.ControllerRuntime.Tests.Fakes;

/// <summary>The API server's side of one Lease: it creates, reads and merges into it, and refuses a write on a version that is no longer the last.</summary>
internal sealed class LeaseServer
{
    private int _version = 100;

    public JsonNode? Lease { get; private set; }

    public string? Holder => (string?)Lease?["spec"]?["holderIdentity"];

    public int Writes { get; private set; }

    /// <summary>Stores whatever it is told, as somebody else's write.</summary>
    public void Store(string? spec)
    {
        Lease = spec is null ? null : JsonNode.Parse($$"""
            {
              "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
              "metadata": { "name": "lease", "namespace": "system", "uid": "u", "resourceVersion": "{{++_version}}" },
              "spec": {{spec}}
            }
            """);
    }

    /// <summary>Touches the lease without changing who holds it.</summary>
    public void Touch() => Lease!["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);

    public HttpResponseMessage Handle(HttpMethod method, string body)
    {
        if (method == HttpMethod.Get) return Lease is null ? Refuse(404, "NotFound") : Answer(200);
        var given = JsonNode.Parse(body)!;
        if (method == HttpMethod.Post)
        {
            if (Lease is not null) return Refuse(409, "AlreadyExists");
            Lease = given;
            Lease["metadata"]!["uid"] = "u";
        }
        else
        {
            if (Lease is null) return Refuse(404, "NotFound");
            if ((string?)given["metadata"]!["resourceVersion"] != (string?)Lease["metadata"]!["resourceVersion"]) return Refuse(409, "Conflict");
            foreach (var (field, value) in given["spec"]!.AsObject()) Lease["spec"]![field] = value?.DeepClone();
        }

        Writes++;
        Touch();
        return Answer(method == HttpMethod.Post ? 201 : 200);
    }

    private HttpResponseMessage Answer(int status) => new((HttpStatusCode)status) { Content = new StringContent(Lease!.ToJsonString(), Encoding.UTF8, "application/json") };

    private static HttpResponseMessage Refuse(int status, string reason) =>
        new((HttpStatusCode)status) { Content = new StringContent(Exchange.Refusal(status, reason, "no"), Encoding.UTF8, "application/json") };
}
