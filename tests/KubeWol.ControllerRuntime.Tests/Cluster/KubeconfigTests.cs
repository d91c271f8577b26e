using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Tests.Fakes;

namespace KubeWol.ControllerRuntime.Tests.Cluster;

/// <summary>Where the configuration comes from, and what is said when it cannot be used.</summary>
public sealed class KubeconfigTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_path_that_is_given_goes_before_everything_else()
    {
        _folder.Environment["KUBECONFIG"] = Config("variable");
        Pod();

        Assert.Equal("given", Open(Config("given")));
    }

    [Fact]
    public void The_variable_goes_before_the_pod()
    {
        _folder.Environment["KUBECONFIG"] = Config("variable");
        Pod();

        Assert.Equal("variable", Open());
    }

    [Fact]
    public void The_pod_goes_before_the_home_folder()
    {
        Home();
        Pod();

        Assert.Equal("pod", Open());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void The_home_folder_comes_last(string? variable)
    {
        Home();
        if (variable is not null) _folder.Environment["KUBECONFIG"] = variable;

        Assert.Equal("home", Open());
    }

    [Fact]
    public void A_pod_without_a_service_account_is_no_pod()
    {
        Home();
        Pod();
        File.Delete(Path.Combine(_folder.Path, "account", "token"));

        Assert.Equal("home", Open());
    }

    [Fact]
    public void Of_several_files_the_first_to_name_a_thing_wins_and_each_finds_its_files_beside_itself()
    {
        using var ca = Certificates.Authority("CA");
        _folder.Write("two/ca.crt", Certificates.Pem(ca));
        var one = _folder.Write("one/config", """
            current-context: mixed
            contexts:
            - name: mixed
              context: { cluster: remote, user: me }
            users:
            - name: me
              user: { token: one }
            """);
        var two = _folder.Write("two/config", """
            current-context: other
            contexts:
            - name: other
              context: { cluster: none, user: none }
            - name: mixed
              context: { cluster: none, user: none }
            clusters:
            - name: remote
              cluster: { server: https://remote, certificate-authority: ca.crt }
            """);
        var missing = Path.Combine(_folder.Path, "missing");

        Assert.Equal("remote", Open(string.Join(Path.PathSeparator, missing, one, two)));
        Assert.Throws<ClusterConfigurationException>(() => Open(string.Join(Path.PathSeparator, two, one))); // there "other" is current
    }

    [Fact]
    public void The_namespace_is_that_of_the_context_or_none()
    {
        using var named = _folder.Open(Config("a"));
        using var bare = _folder.Open(_folder.Write("bare", Valid.Replace(", namespace: n", "", StringComparison.Ordinal)));

        Assert.Equal("n", named.Namespace);
        Assert.Null(bare.Namespace);
    }

    [Fact]
    public void A_user_without_credentials_may_be_left_out() =>
        Assert.Equal("host", Open(_folder.Write("config", Valid.Replace(", user: u", "", StringComparison.Ordinal))));

    [Fact]
    public void Nothing_to_go_by_is_said_with_what_to_do()
    {
        _folder.Environment["HOME"] = _folder.Path;

        var e = Assert.Throws<ClusterConfigurationException>(() => Open());

        Assert.Equal($"no cluster to talk to: there is no kubeconfig at {_folder.Path}/.kube/config and this is not a pod. Set KUBECONFIG to a kubeconfig file.", e.Message);
    }

    [Fact]
    public void A_file_that_does_not_exist_is_named() =>
        Assert.Contains("/no/such/file", Assert.Throws<ClusterConfigurationException>(() => Open("/no/such/file")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("", "it has no current-context")]
    [InlineData("{{{", "While parsing a node, did not find expected node content.")]
    [InlineData("just words", "")]
    [InlineData("- a", "")]
    [InlineData("clusters: yes\ncontexts: 7", "")]
    [InlineData("clusters: []", "it has no current-context")]
    [InlineData("current-context: x\ncontexts: []\nclusters: []\nusers: []", "there is no context \"x\"")]
    [InlineData("current-context: c\ncontexts:\n- context: { cluster: k }", "there is no context \"c\"")]
    [InlineData("current-context: c\ncontexts:\n- name: c", "there is no context \"c\"")]
    [InlineData("current-context: c\ncontexts:\n-\n", "there is no context \"c\"")]
    [InlineData("current-context: c\ncontexts:\n- name: c\n  context: { cluster: k }", "there is no cluster \"k\", which context \"c\" names")]
    public void A_kubeconfig_that_makes_no_sense_is_refused_with_a_sentence(string text, string why) => AssertRefused(text, why);

    [Theory]
    [InlineData("server: https://host:1", "x: y", "cluster \"k\" has no server")]
    [InlineData("server: https://host:1", "server: ':::'", "Bad server host URL `:::` (cannot be parsed)")]
    [InlineData("server: https://host:1", "server: https://host:99999", "Bad server host URL `https://host:99999` (cannot be parsed)")]
    [InlineData("server: https://host:1", "server: https://host:1, certificate-authority-data: '%%%'", "The input is not a valid Base-64 string")]
    [InlineData("server: https://host:1", "server: https://host:1, certificate-authority-data: aGVsbG8=", "there is no certificate in certificate-authority-data")]
    [InlineData("server: https://host:1", "server: https://host:1, certificate-authority: none.crt", "Could not find file '")]
    [InlineData("user: u", "user: x", "User not found for context c in kubeconfig")]
    [InlineData("token: t", "x: y", "User: u does not have appropriate auth credentials in kubeconfig")]
    [InlineData("token: t", "client-certificate-data: aGVsbG8=, client-key-data: aGVsbG8=", "The certificate contents do not contain a PEM with a CERTIFICATE label")]
    [InlineData("token: t", "client-certificate-data: aGVsbG8=", "User: u does not have appropriate auth credentials in kubeconfig")]
    [InlineData("token: t", "client-certificate: none.crt, client-key: none.key", "Could not find file '")]
    [InlineData("token: t", "exec: { apiVersion: client.authentication.k8s.io/v1, command: /no/such/plugin }", "external exec failed due to: An error occurred trying to start process '/no/such/plugin'")]
    [InlineData("token: t", "exec: { apiVersion: client.authentication.k8s.io/v1 }", "External command execution to receive user credentials must include a command")]
    [InlineData("token: t", "exec: { apiVersion: client.authentication.k8s.io/v1, command: /bin/false }", "external exec failed")]
    [InlineData("token: t", "exec: { apiVersion: client.authentication.k8s.io/v1, command: /bin/echo, args: [hello] }", "external exec failed")]
    public void A_kubeconfig_of_which_one_thing_is_wrong_is_refused_with_a_sentence(string right, string wrong, string why)
    {
        Assert.Contains(right, Valid, StringComparison.Ordinal);

        AssertRefused(Valid.Replace(right, wrong, StringComparison.Ordinal), why);
    }

    [Fact]
    public void A_key_of_another_certificate_is_refused_with_a_sentence()
    {
        using var one = Certificates.SelfSigned("one");
        using var two = Certificates.SelfSigned("two");
        _folder.Write("one.crt", Certificates.Pem(one));
        _folder.Write("two.key", two.KeyPem());

        AssertRefused(Valid.Replace("token: t", "client-certificate: one.crt, client-key: two.key", StringComparison.Ordinal), "The provided key does not match");
    }

    [Fact]
    public void A_pod_without_its_ca_is_refused_with_a_sentence()
    {
        Pod();
        _folder.Write("account/ca.crt", "");

        Assert.Contains("the pod's service account cannot be used: there is no certificate in ", Assert.Throws<ClusterConfigurationException>(() => Open()).Message, StringComparison.Ordinal);

        File.Delete(Path.Combine(_folder.Path, "account", "ca.crt"));
        Assert.Contains("ca.crt", Assert.Throws<ClusterConfigurationException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_the_place_of_the_file_is_no_kubeconfig() => Assert.Throws<ClusterConfigurationException>(() => Open(_folder.Path));

    private const string Valid = """
        apiVersion: v1
        kind: Config
        current-context: c
        contexts:
        - name: c
          context: { cluster: k, user: u, namespace: n }
        clusters:
        - name: k
          cluster: { server: https://host:1 }
        users:
        - name: u
          user: { token: t }
        """;

    private void AssertRefused(string text, string why)
    {
        var path = _folder.Write("config", text);
        var e = Assert.Throws<ClusterConfigurationException>(() => Open(path));
        Assert.StartsWith($"the kubeconfig {path} cannot be used: {why}", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        TestContext.Current.TestOutputHelper?.WriteLine(e.Message);
    }

    private string Config(string host) => _folder.Write(host, Valid.Replace("host:1", host, StringComparison.Ordinal));

    private void Home()
    {
        _folder.Environment["HOME"] = _folder.Path;
        _folder.Write(".kube/config", Valid.Replace("host:1", "home", StringComparison.Ordinal));
    }

    private void Pod()
    {
        using var ca = Certificates.Authority("CA");
        _folder.Write("account/ca.crt", Certificates.Pem(ca));
        var token = _folder.Write("account/token", "t");
        _folder.Environment["KUBEWOL_SERVICE_ACCOUNT_DIR"] = Path.GetDirectoryName(token)!;
        _folder.Environment["KUBERNETES_SERVICE_HOST"] = "pod";
    }

    private string Open(string? kubeconfig = null)
    {
        using var connection = _folder.Open(kubeconfig);
        return connection.Server.Host;
    }
}
