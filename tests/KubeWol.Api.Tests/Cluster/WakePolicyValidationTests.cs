using System.Text.Json;

namespace KubeWol.Api.Tests.Cluster;

/// <summary>Which policies the API server takes and which it refuses, with the words a person reads.</summary>
public sealed class WakePolicyValidationTests(ApiCluster cluster)
{
    private const string Key = "{id: laptop, publicKey: \"-----BEGIN PUBLIC KEY-----\\nMFkw\\n-----END PUBLIC KEY-----\\n\"}";
    private static int s_names;

    [Theory]
    [InlineData("{verbs: [Wake], proof: None}")]
    [InlineData("{verbs: [Wake, Sleep, Move, Instantiate], proof: None, selector: {matchLabels: {role: web}, matchExpressions: [{key: tier, operator: NotIn, values: [prod]}, {key: guarded, operator: DoesNotExist}]}}")]
    [InlineData("{verbs: [Wake], proof: None, from: [{nodes: [node-a], interfaces: [bond0], vlans: [0, 4094], sourceMACs: ['52:54:00', '525400123456'], sourceCIDRs: [192.168.1.0/24, 'fd00::/8']}, {vlans: [10]}]}")]
    [InlineData("{verbs: [Wake], proof: SecureOn, secureOn: {passwordKeys: [office, office-next]}}")]
    [InlineData("{verbs: [Wake, Destroy], proof: Signed, signed: {keys: [" + Key + "], maxAgeSeconds: 1800, clockSkewSeconds: 0}}")]
    [InlineData("{verbs: [Wake, Sleep], proof: None, sleepMode: Stop, startAs: RerunOnFailure, aliases: [{verb: Sleep, port: 9101}, {verb: Sleep, reversedMac: true}, {verb: Sleep, passwordKey: goodnight}]}")]
    [InlineData("{verbs: [Move], proof: None, move: {nodeSelector: {zone: b}}, rateLimits: {perMachine: {requests: 10, seconds: 60}, perSender: {requests: 1, seconds: 1}, total: {requests: 100000, seconds: 86400}}}")]
    public async Task This_is_taken(string spec) => Assert.Empty(ApiCluster.Refusals(await CreateAsync(spec)));

    [Theory]
    [InlineData("{verbs: [], proof: None}", "spec.verbs", "a policy without verbs allows nothing: name at least one, such as Wake")]
    [InlineData("{verbs: [Wake, Wake], proof: None}", "spec.verbs", "name each of the verbs only once")]
    [InlineData("{verbs: [Reboot], proof: None}", "spec.verbs[0]", "Unsupported value: \"Reboot\"")]
    [InlineData("{verbs: [Wake]}", "spec.proof", "Required value")]
    [InlineData("{verbs: [Destroy], proof: None}", "spec", "it never deletes a machine: Destroy needs proof: Signed")]
    [InlineData("{verbs: [Destroy], proof: SecureOn, secureOn: {passwordKeys: [a]}}", "spec", "it never deletes a machine: Destroy needs proof: Signed")]
    [InlineData("{verbs: [Wake], proof: SecureOn}", "spec", "secureOn names the passwords: set it with proof: SecureOn, and only with it")]
    [InlineData("{verbs: [Wake], proof: None, secureOn: {passwordKeys: [a]}}", "spec", "set it with proof: SecureOn, and only with it")]
    [InlineData("{verbs: [Wake], proof: SecureOn, secureOn: {passwordKeys: []}}", "spec.secureOn.passwordKeys", "name at least one key of the Secret")]
    [InlineData("{verbs: [Wake], proof: Signed}", "spec", "signed holds the public keys")]
    [InlineData("{verbs: [Wake], proof: Signed, signed: {keys: []}}", "spec.signed.keys", "without a key no signature counts: add one")]
    [InlineData("{verbs: [Wake], proof: Signed, signed: {keys: [{id: a, publicKey: '-----BEGIN PRIVATE KEY-----'}]}}", "spec.signed.keys[0].publicKey", "a private key does not belong here")]
    [InlineData("{verbs: [Wake], proof: Signed, signed: {keys: [" + Key + ", " + Key + "]}}", "spec.signed.keys[1]", "Duplicate value")]
    [InlineData("{verbs: [Wake, Sleep], proof: Signed, signed: {keys: [" + Key + "]}, aliases: [{verb: Sleep, port: 9}]}", "spec", "a signed command says itself what it asks for")]
    [InlineData("{verbs: [Wake], proof: None, aliases: [{verb: Sleep, port: 9}]}", "spec", "every alias stands for one of the policy's verbs: add its verb to verbs")]
    [InlineData("{verbs: [Sleep], proof: None, aliases: [{verb: Sleep}]}", "spec.aliases[0]", "set exactly one of port, passwordKey and reversedMac")]
    [InlineData("{verbs: [Sleep], proof: None, aliases: [{verb: Sleep, port: 9, reversedMac: true}]}", "spec.aliases[0]", "set exactly one of port, passwordKey and reversedMac")]
    [InlineData("{verbs: [Sleep], proof: None, aliases: [{verb: Sleep, reversedMac: false}]}", "spec.aliases[0].reversedMac", "reversedMac is true or left out")]
    [InlineData("{verbs: [Sleep], proof: None, aliases: [{verb: Destroy, port: 9}]}", "spec.aliases[0]", "a plain packet never deletes a machine: Destroy needs a signed command")]
    [InlineData("{verbs: [Wake], proof: None, sleepMode: Stop}", "spec", "sleepMode says how to sleep: add Sleep to verbs")]
    [InlineData("{verbs: [Wake], proof: None, move: {nodeName: a}}", "spec", "move says where to: add Move to verbs")]
    [InlineData("{verbs: [Sleep], proof: None, startAs: Manual}", "spec", "startAs says how a machine is started: add Wake to verbs")]
    [InlineData("{verbs: [Wake], proof: None, from: []}", "spec.from", "an empty list would match no frame")]
    [InlineData("{verbs: [Wake], proof: None, from: [{}]}", "spec.from[0]", "say where frames come from")]
    [InlineData("{verbs: [Wake], proof: None, from: [{sourceCIDRs: [192.168.1.1]}]}", "spec.from[0].sourceCIDRs", "an IP network is written as 192.168.1.0/24 or fd00::/8")]
    [InlineData("{verbs: [Wake], proof: None, from: [{sourceCIDRs: [lan/24]}]}", "spec.from[0].sourceCIDRs", "an IP network is written as 192.168.1.0/24 or fd00::/8")]
    [InlineData("{verbs: [Wake], proof: None, from: [{sourceCIDRs: ['fd00::/129']}]}", "spec.from[0].sourceCIDRs", "an IP network is written as 192.168.1.0/24 or fd00::/8")]
    [InlineData("{verbs: [Wake], proof: None, from: [{sourceMACs: ['52:54:0']}]}", "spec.from[0].sourceMACs", "a MAC address, or the beginning of one")]
    [InlineData("{verbs: [Wake], proof: None, from: [{vlans: [4095]}]}", "spec.from[0].vlans[0]", "should be less than or equal to 4094")]
    [InlineData("{verbs: [Wake], proof: None, selector: {matchExpressions: [{key: a, operator: In}]}}", "spec.selector.matchExpressions[0]", "In and NotIn need values, Exists and DoesNotExist take none")]
    [InlineData("{verbs: [Wake], proof: None, rateLimits: {total: {requests: 0, seconds: 1}}}", "spec.rateLimits.total.requests", "should be greater than or equal to 1")]
    [InlineData("{verbs: [Wake], proof: None, namespaces: [other]}", "", "unknown field \"spec.namespaces\"")]
    public async Task This_is_refused_and_says_where_and_why(string spec, string field, string words) =>
        Assert.Contains(ApiCluster.Refusals(await CreateAsync(spec)), r => r.StartsWith(field, StringComparison.Ordinal) && r.Contains(words, StringComparison.Ordinal));

    private async Task<JsonElement> CreateAsync(string spec) => await cluster.CreatePolicyAsync("default", $"policy-{Interlocked.Increment(ref s_names)}", spec);
}
