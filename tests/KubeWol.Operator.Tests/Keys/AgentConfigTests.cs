using System.Text;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Keys;
using KubeWol.Operator.Templates;
using KubeWol.Operator.Tests.World;
using KubeWol.Proofs.SecureOn;
using KubeWol.Protocol;
using Microsoft.Extensions.Logging;

namespace KubeWol.Operator.Tests.Keys;

/// <summary>The operator's key and what it tells the agents of policies and templates.</summary>
public sealed class AgentConfigTests : AgentConfigScene
{
    private static readonly SecureOnPassword Password = SecureOnPassword.Of([1, 2, 3, 4]);

    [Fact]
    public async Task The_first_start_makes_a_key_and_publishes_its_public_half()
    {
        await LookAsync();
        await LookAsync();

        var secret = Secrets.All.Single();
        Assert.Equal(("kubewol-operator-key", "20261122120000.pem"), (secret.Metadata.Name, secret.Data!.Keys.Single()));
        Assert.True(OpeningKey.TryImport(Encoding.ASCII.GetString(secret.Data.Values.Single()), out var key, out _));
        Assert.Equal(key.PublicText, Published.SealingKey);
        Assert.Equal([$"Made the key {key.Id} for SecureOn passwords; it stands in the Secret kubewol-system/kubewol-operator-key"], Log.Lines.Select(l => l.Text));

        Api.Forget();
        Assert.Equal(Requeue.Never, await LookAsync());
        Assert.Empty(Api.Calls);
    }

    [Fact]
    public async Task A_private_key_goes_nowhere_but_into_its_Secret()
    {
        await LookAsync();
        await LookAsync();
        var secret = Encoding.ASCII.GetString(Secrets.All.Single().Data!.Values.Single());
        var octets = string.Concat(secret.Split('\n')[1..^1]);
        Assert.All(Api.Calls.Where(c => !c.Path.StartsWith(SecretPath, StringComparison.Ordinal)), c => Assert.DoesNotContain(octets[40..60], c.Body, StringComparison.Ordinal));
        Assert.DoesNotContain(Log.Lines, l => l.Text.Contains(octets[40..60], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(SecretPath)]
    [InlineData(MapPath)]
    public async Task Who_comes_second_takes_what_the_first_one_made(string path)
    {
        if (path == MapPath) await LookAsync();
        Maps.Replace([]);
        Api.Respond = call => call.Method == "POST" && call.Path == path ? Answer.Refuse(409, "AlreadyExists", "there is one") : throw new InvalidOperationException($"{call}");
        Assert.Equal(TimeSpan.FromSeconds(1), (await LookAsync()).Delay);
    }

    [Fact]
    public async Task What_somebody_changed_or_deleted_is_put_right()
    {
        await LookAsync();
        await LookAsync();
        var (key, map) = (Published.SealingKey, Maps.All.Single());
        Maps.Set(map with { Metadata = map.Metadata with { ResourceVersion = Some.NextVersion() }, Data = new Dictionary<string, string> { ["sealingKey"] = "mine", ["note"] = "keep" } });
        await LookAsync();
        Assert.Equal((key, "keep"), (Published.SealingKey, Maps.All.Single().Data!["note"]));

        Maps.Replace([]);
        await LookAsync();
        Assert.Equal(key, Published.SealingKey);
    }

    [Fact]
    public async Task A_Secret_that_is_deleted_is_followed_by_a_new_key()
    {
        await LookAsync();
        await LookAsync();
        var old = Published.SealingKey;
        Secrets.Replace([]);
        Assert.Null(Keys.PublicKey);
        await LookAsync();
        await LookAsync();
        Assert.NotEqual(old, Published.SealingKey);
        Assert.NotNull(Published.SealingKey);
    }

    [Fact]
    public async Task Of_several_keys_all_open_and_the_newest_seals()
    {
        using var older = OpeningKey.Create();
        using var newer = OpeningKey.Create();
        using var stranger = OpeningKey.Create();
        See(("20260101000000.pem", newer.ExportPem()), ("20250101000000.pem", older.ExportPem()));
        await LookAsync();

        Assert.Equal(newer.PublicText, Published.SealingKey);
        foreach (var key in (OpeningKey[])[older, newer]) Assert.Equal(new(PasswordVerdict.Match, 0), Keys.Compare(Sealed(key), [Password]));
        Assert.Equal(new(PasswordVerdict.Unreadable), Keys.Compare(Sealed(stranger), [Password]));
        Assert.Empty(Log.Lines);
    }

    [Fact]
    public async Task A_broken_entry_is_said_once_and_the_others_go_on()
    {
        using var good = OpeningKey.Create();
        See(("20260101000000.pem", "-----BEGIN PRIVATE KEY-----\nbm8=\n-----END PRIVATE KEY-----\n"), ("20250101000000.pem", good.ExportPem()));
        await LookAsync();
        await LookAsync();

        Assert.Equal(good.PublicText, Published.SealingKey);
        Assert.Equal(
            [(LogLevel.Error, "The entry 20260101000000.pem of the Secret kubewol-system/kubewol-operator-key is no key and is left out: it is not the PEM of an unencrypted private key for elliptic curves")],
            Log.Lines);
    }

    [Fact]
    public async Task Without_a_usable_key_it_goes_on_and_agents_are_told_there_is_none()
    {
        using var key = OpeningKey.Create();
        await LookAsync();
        await LookAsync();
        Log.Lines.Clear();
        See(("key", "nonsense"));
        await LookAsync();

        Assert.Null(Published.SealingKey);
        Assert.Equal(new(PasswordVerdict.Unreadable), Keys.Compare(Sealed(key), [Password]));
        Assert.Contains("The Secret kubewol-system/kubewol-operator-key holds no usable key: SecureOn passwords cannot be compared. Delete it, and a new one is made", Log.Lines.Select(l => l.Text));
        Assert.Single(Api.Calls, c => c.Method == "POST" && c.Path == SecretPath);
    }

    [Fact]
    public void A_frames_password_is_compared_with_all_that_count()
    {
        using var key = OpeningKey.Create();
        See(("key", key.ExportPem()));
        var other = SecureOnPassword.Of([4, 3, 2, 1]);
        var request = Sealed(key);
        Assert.Equal(new(PasswordVerdict.Match, 1), Keys.Compare(request, [other, Password, Password]));
        Assert.Equal(new(PasswordVerdict.Wrong), Keys.Compare(request, [other]));
        Assert.Equal(new(PasswordVerdict.Wrong), Keys.Compare(request, []));
        Assert.Equal(new(PasswordVerdict.Absent), Keys.Compare(Some.Heard(), [Password]));
        Assert.Equal(new(PasswordVerdict.Absent), Keys.Compare(Some.Request(), [Password]));
        Assert.Equal(new(PasswordVerdict.Unreadable), Keys.Compare(With(request, "nonsense"), [Password]));

        // Moved to another request, it is none.
        var digest = request.Spec.Frame!.SecureOnDigest!;
        var moved = Some.Heard("52:54:00:00:00:01");
        Assert.Equal(new(PasswordVerdict.Wrong), Keys.Compare(With(moved, digest), [Password]));
        Assert.Equal(new(PasswordVerdict.Wrong), Keys.Compare(request with { Metadata = request.Metadata with { Name = "another" } }, [Password]));
    }

    [Fact]
    public async Task Agents_are_told_which_nodes_and_interfaces_any_policy_names()
    {
        await LookAsync();
        await LookAsync();
        Assert.Equal("[] []", Told());
        Policy("team-a/one", new() { Nodes = ["node-b", "node-a"] }, new() { Interfaces = ["eth1"], Vlans = [10] });
        Policy("team-b/two", new() { Nodes = ["node-a"], Interfaces = ["bond0"] }, new() { SourceMacs = ["52:54:00"] });
        Policy("team-b/plain");
        await LookAsync();
        Assert.Equal("[node-a node-b] [bond0 eth1]", Told());

        Policies.Remove(new("team-a", "one"));
        await LookAsync();
        Assert.Equal("[node-a] [bond0]", Told());

        string Told() => $"[{string.Join(' ', Published.Distinguish.Nodes!)}] [{string.Join(' ', Published.Distinguish.Interfaces!)}]";
    }

    [Fact]
    public async Task Agents_are_told_which_addresses_any_template_claims()
    {
        await LookAsync();
        await LookAsync();
        Assert.Equal("", Maps.All.Single().Data!["claimed"]);
        Templates.Set(Tests.Templates.Claims.Template("team-a/one", prefix: "52:54:00:aa"));
        Templates.Set(Tests.Templates.Claims.Template("team-b/two", prefix: "52-54-00-ab"));
        Templates.Set(Tests.Templates.Claims.Template("team-b/three", prefix: "02:00:00:00:01"));
        await LookAsync();
        Assert.Equal("020000000100-0200000001ff 525400aa0000-525400abffff", Maps.All.Single().Data!["claimed"]);
        Assert.Equal(2, Published.Claimed!.Count);

        foreach (var template in Templates.All) Templates.Remove(ResourceKey.Of(template));
        await LookAsync();
        Assert.Empty(Published.Claimed!);
    }

    [Fact]
    public async Task A_tenant_who_claims_thousands_of_ranges_has_agents_listen_to_what_lies_between_but_to_all_of_them()
    {
        for (var i = 0; i < 300; i++)
        {
            Templates.Set(Tests.Templates.Claims.Template($"greedy/t{i:000}") with
            {
                Spec = new() { MacAddresses = new() { Ranges = [.. Enumerable.Range(0, 32).Select(r => new AddressRange { From = $"52:54:{i / 256:x2}:{i % 256:x2}:{r:x2}:00", To = $"52:54:{i / 256:x2}:{i % 256:x2}:{r:x2}:07" })] } },
            });
        }

        Templates.Set(Tests.Templates.Claims.Template("modest/t", prefix: "02:00:00:00:01"));
        await LookAsync();
        await LookAsync();
        Assert.Equal(TemplateClaims.MostRanges, Published.Claimed!.Count);
        Assert.Contains(new(0x0200_0000_0100, 0x0200_0000_01FF), Published.Claimed);
        Assert.All(Templates.All.SelectMany(t => TemplateClaims.Of(t.Spec.MacAddresses)), range => Assert.Contains(Published.Claimed, c => c.Contains(range.First) && c.Contains(range.Last)));
        Assert.InRange(Api.Calls.Max(c => c.Body.Length), 0, 500_000);
    }

    [Fact]
    public async Task A_tenant_who_names_thousands_keeps_nobody_elses_out_and_the_ConfigMap_stays_small()
    {
        for (var i = 0; i < 500; i++) Policy($"greedy/p{i:000}", [.. Enumerable.Range(0, 16).Select(f => new FrameOrigin { Nodes = [.. Enumerable.Range(0, 64).Select(n => $"a{i}-{f}-{n}".PadRight(253, 'x'))] })]);
        Policy("modest/p", new() { Nodes = ["z"] }, new() { Interfaces = ["eth0"] });
        await LookAsync();
        await LookAsync();

        Assert.Equal(AgentConfigReconciler.MostNames, Published.Distinguish.Nodes!.Count);
        Assert.Contains("z", Published.Distinguish.Nodes);
        Assert.InRange(Api.Calls.Max(c => c.Body.Length), 0, 500_000);
        Assert.Single(Log.Lines, l => l.Level == LogLevel.Warning);
    }

    private void See(params (string Entry, string Pem)[] keys) => Secrets.Set(new()
    {
        Metadata = new() { Namespace = Some.Agents, Name = "kubewol-operator-key", Uid = "uid", ResourceVersion = Some.NextVersion() },
        Data = keys.ToDictionary(k => k.Entry, k => Encoding.ASCII.GetBytes(k.Pem)),
    });

    private static WakeRequest Sealed(OpeningKey key)
    {
        var request = Some.Heard();
        var context = new SealContext(request.Metadata.Name, MacAddress.Parse(request.Spec.Target.MacAddress!), request.Spec.Frame!.Node!, request.Spec.Frame.CapturedAt!.Value);
        Assert.True(SealingKey.TryParse(key.PublicText, out var sealing));
        return With(request, $"{sealing.Seal(context, [1, 2, 3, 4])}");
    }

    private static WakeRequest With(WakeRequest request, string digest) => request with { Spec = request.Spec with { Frame = request.Spec.Frame! with { SecureOnDigest = digest } } };
}
