using System.Net;
using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator;
using KubeWol.Operator.Keys;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Templates;
using KubeWol.Protocol;

namespace KubeWol.Cli.Explaining;

/// <summary>The operator's own judge, over what its user may list instead of what it watches: there is no second opinion here that could be another.</summary>
internal sealed class Judge : IDisposable
{
    private readonly CommandProofs _commands;
    private readonly ResourceCache<VirtualMachineInstance> _instances;
    private readonly ResourceCache<SecureOnSecret> _secrets;

    private Judge(Lists lists, OperatorOptions options, IReadOnlyList<string> notes, TimeProvider time)
    {
        (Machines, _instances, _secrets, Notes) = (lists.Machines, lists.Instances, lists.Secrets, notes);
        Index = new(lists.Machines, lists.Instances, options, time);
        Book = new(lists.Policies, options);
        Templates = new(lists.Templates, options);
        Passwords = new(lists.Secrets);
        _commands = new(lists.Requests, time);
        Reader = new(lists.Requests, new(lists.Machines, lists.Instances, Index, Book, options), new(lists.Nodes), lists.Migrations, Templates,
            new(Book, Templates, Passwords, _commands, new(time)), options, time);
    }

    public MacIndex Index { get; }

    public PolicyBook Book { get; }

    public TemplateFinder Templates { get; }

    public RequestReader Reader { get; }

    public KnownPasswords Passwords { get; }

    public IResourceCache<VirtualMachine> Machines { get; }

    /// <summary>What the user may not see, and so is not judged by.</summary>
    public IReadOnlyList<string> Notes { get; }

    public static async Task<Judge> LoadAsync(ClusterSession session, TimeProvider time, CancellationToken cancellationToken)
    {
        var (options, note) = await InstalledOptions.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        List<string> notes = note is null ? [] : [note];
        var machines = ListAsync(VirtualMachine.Type, "VirtualMachines");
        var instances = ListAsync(VirtualMachineInstance.Type, null);
        var policies = ListAsync(WakePolicy.Type, "WakePolicies");
        var templates = ListAsync(WakeTemplate.Type, "WakeTemplates");
        var requests = ListAsync(WakeRequest.Type, null);
        var nodes = ListAsync(Node.Type, null);
        var migrations = ListAsync(Migration.Type, null);
        var lists = new Lists(
            await machines.ConfigureAwait(false), await instances.ConfigureAwait(false), await policies.ConfigureAwait(false), await templates.ConfigureAwait(false),
            await requests.ConfigureAwait(false), await nodes.ConfigureAwait(false), await migrations.ConfigureAwait(false), new());
        return new(lists, options, notes, time);

        async Task<ResourceCache<T>> ListAsync<T>(ResourceType<T> type, string? name)
            where T : class, IResource
        {
            var (items, sight) = await session.ListAsync(type, cancellationToken).ConfigureAwait(false);
            if (name is not null && sight != Sight.All)
            {
                lock (notes) notes.Add(sight == Sight.Nothing ? $"you may not list {name}: none are known here" : $"you may not list {name} of all namespaces: only those of {session.Namespace} are known here");
            }

            var cache = new ResourceCache<T>();
            cache.Replace(items);
            return cache;
        }
    }

    /// <summary>A machine with its instance.</summary>
    public Machine MachineOf(VirtualMachine machine) => new(machine, _instances.Find(ResourceKey.Of(machine)));

    /// <summary>The addresses by which frames may call a machine.</summary>
    public IReadOnlyList<MacAddress> AddressesOf(VirtualMachine machine) => [.. MachineOf(machine).Addresses];

    /// <summary>Reads the passwords of a namespace; false where the user may not.</summary>
    public async Task<bool> ReadPasswordsAsync(ClusterSession session, string ns, CancellationToken cancellationToken)
    {
        try
        {
            if (await session.Client.GetAsync(SecureOnSecret.Type, new(ns, SecureOnSecret.Name), cancellationToken).ConfigureAwait(false) is { } secret) _secrets.Set(secret);
            return true;
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.Forbidden)
        {
            return false;
        }
    }

    /// <summary>What the request's frame can prove about a machine, or about the one that is to be made for its address.</summary>
    public FrameEvidence EvidenceOf(WakeRequest request, ResourceKey machine) => new(request, machine, Passwords, _commands, null);

    public void Dispose() => Passwords.Dispose();

    private sealed record Lists(
        ResourceCache<VirtualMachine> Machines, ResourceCache<VirtualMachineInstance> Instances, ResourceCache<WakePolicy> Policies, ResourceCache<WakeTemplate> Templates,
        ResourceCache<WakeRequest> Requests, ResourceCache<Node> Nodes, ResourceCache<Migration> Migrations, ResourceCache<SecureOnSecret> Secrets);
}
