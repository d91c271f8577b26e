using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.KubeVirt.Admission;
using KubeWol.TestCluster.KubeVirt.Objects;
using KubeWol.TestCluster.KubeVirt.Rules;

namespace KubeWol.TestCluster.Tests.KubeVirt;

/// <summary>The rules alone, with a clock that only moves when told to. Does the little that an API server would do in between.</summary>
internal sealed class Simulation(bool timed) : ITranscriptBed
{
    private readonly Dictionary<string, Machine> _machines = [];
    private readonly NodePool _nodes = new([new("node01"), new("node02"), new("node03")]);
    private DateTimeOffset _now = new(2026, 11, 22, 12, 0, 0, 500, TimeSpan.Zero);
    private int _uids;

    public Task CreateAsync(JsonObject resource)
    {
        var name = (string)resource["metadata"]!["name"]!;
        var machine = Machine(name);
        if ((string?)resource["kind"] == "VirtualMachine")
        {
            Assert.True(VmAdmission.Judge(resource, false).IsAllowed);
            var vm = resource.Deserialize(KubeVirtJson.Default.VirtualMachine)!;
            machine = machine with { Vm = vm with { Metadata = vm.Metadata with { Uid = NewUid() } } };
        }
        else
        {
            Assert.True(VmiAdmission.JudgeCreate(resource).IsAllowed);
            var vmi = resource.Deserialize(KubeVirtJson.Default.VirtualMachineInstance)!;
            machine = machine with { Vmi = vmi with { Metadata = vmi.Metadata with { Uid = NewUid() } } };
        }

        _machines[name] = machine;
        return Task.CompletedTask;
    }

    public Task<string?> CreateMigrationAsync(JsonObject migration) => Task.FromResult(Admit(migration.Deserialize(KubeVirtJson.Default.Migration)!));

    public Task PatchAsync(string kind, string name, JsonObject mergePatch)
    {
        Settle();
        var machine = Machine(name);
        _machines[name] = kind == "vm"
            ? machine with { Vm = Patched(machine.Vm!, KubeVirtJson.Default.VirtualMachine) }
            : machine with { Vmi = Patched(machine.Vmi!, KubeVirtJson.Default.VirtualMachineInstance) };
        return Task.CompletedTask;

        T Patched<T>(T resource, JsonTypeInfo<T> json) =>
            MergePatch.Apply(JsonSerializer.SerializeToNode(resource, json)!.AsObject(), mergePatch).Deserialize(json)!;
    }

    public Task DeleteAsync(string kind, string name)
    {
        Settle();
        var machine = kind == "vmim" ? _machines.Values.Single(m => m.Migrations.Any(x => x.Metadata.Name == name)) : Machine(name);
        _machines[machine.Name] = Collect(kind switch
        {
            "vm" => machine with { Vm = machine.Vm! with { Metadata = machine.Vm.Metadata with { DeletionTimestamp = _now } } },
            "vmi" => machine with { Vmi = machine.Vmi! with { Metadata = machine.Vmi.Metadata with { DeletionTimestamp = _now } } },
            _ => machine.With(Deleted(machine.Migrations.Single(m => m.Metadata.Name == name))),
        });
        return Task.CompletedTask;

        Migration Deleted(Migration migration) => migration with { Metadata = migration.Metadata with { DeletionTimestamp = _now } };
    }

    public Task<string> PutAsync(string resource, string name, string verb, string body)
    {
        Settle();
        var machine = Machine(name);
        var options = VerbOptions.Parse(Encoding.UTF8.GetBytes(body));
        var judgement = (resource, verb) switch
        {
            ("vm", "start") => VirtApi.Start(machine, options),
            ("vm", "stop") => VirtApi.Stop(machine, options),
            ("vm", "restart") => VirtApi.Restart(machine, options),
            ("vm", "migrate") => VirtApi.Migrate(machine, options),
            ("vmi", "pause") => VirtApi.Pause(machine, options, _now),
            ("vmi", "unpause") => VirtApi.Unpause(machine, options, _now),
            ("vmi", "softreboot") => VirtApi.SoftReboot(machine),
            _ => throw new InvalidOperationException($"no verb {verb}"),
        };
        var answer = judgement.Answer;
        var after = judgement.After;
        if (after.Migrations.Count > machine.Migrations.Count)
        {
            if (Admit(after.Migrations[^1]) is { } denied) answer = Answer.InternalError(denied);
        }
        else if (!options.IsDryRun)
        {
            _machines[name] = after;
        }

        return Task.FromResult(answer.Message.Length == 0 ? $"{answer.Code}" : $"{answer.Code} {answer.Reason}: {answer.Message}");
    }

    public Task<VirtualMachine?> VmAsync(string name) => Task.FromResult(Machine(name).Vm);

    public Task<VirtualMachineInstance?> VmiAsync(string name) => Task.FromResult(Machine(name).Vmi);

    public Task<Migration?> MigrationAsync(string name) =>
        Task.FromResult(_machines.Values.SelectMany(m => m.Migrations).FirstOrDefault(m => m.Metadata.Name == name));

    public Task<IReadOnlyList<Migration>> MigrationsOfAsync(string vmi) => Task.FromResult(Machine(vmi).Migrations);

    public Task PassAsync(TimeSpan time)
    {
        Advance(_now + time);
        return Task.CompletedTask;
    }

    public async Task ExpectAsync(string expected, Func<Task<string>> actual)
    {
        Settle();
        Assert.Equal(expected, await actual());
    }

    /// <summary>Lets everything happen that happens now; where the transcript does not wait by the clock, also what would happen soon.</summary>
    private void Settle() => Advance(timed ? _now : _now + TimeSpan.FromSeconds(5));

    private void Advance(DateTimeOffset until)
    {
        for (var steps = 0; ; steps++)
        {
            Assert.True(steps < 10_000, "the machines do not come to rest");
            DateTimeOffset? due = null;
            var changed = false;
            foreach (var name in _machines.Keys.ToList())
            {
                var pass = new Pass(_now, StandInDelays.None, _nodes);
                var before = _machines[name];
                var after = Collect(VirtController.Next(before, pass));
                if (after.Vmi is { Metadata.Uid: null } created) after = after with { Vmi = created with { Metadata = created.Metadata with { Uid = NewUid() } } };
                changed |= after with { Guest = before.Guest } != before;
                _machines[name] = after;
                if (pass.Due is { } moment && (due is null || moment < due)) due = moment;
            }

            if (changed) continue;
            if (due is null || due > until) break;
            _now = due.Value;
        }

        _now = timed && until > _now ? until : _now;
    }

    /// <summary>What an API server does with objects whose deletion nothing holds back any more.</summary>
    private static Machine Collect(Machine machine)
    {
        if (machine.Vm is { IsDeleting: true, Metadata.Finalizers: null or [] }) machine = machine with { Vm = null };
        if (machine.Vmi is { IsDeleting: true, Metadata.Finalizers: null or [] }) machine = machine with { Vmi = null };
        foreach (var gone in machine.Migrations.Where(m => m is { IsDeleting: true, Metadata.Finalizers: null or [] })) machine = machine.Without(gone);
        return machine;
    }

    private string? Admit(Migration migration)
    {
        Settle();
        var machine = Machine(migration.Spec.VmiName!);
        var verdict = MigrationAdmission.JudgeCreate(migration, machine.Vmi, machine.Migrations);
        if (!verdict.IsAllowed) return MigrationAdmission.Denied(verdict);
        var uid = NewUid();
        var name = migration.Metadata.Name ?? migration.Metadata.GenerateName + uid;
        var metadata = migration.Metadata.With(Migration.Finalizer) with { Uid = uid, Name = name };
        _machines[machine.Name] = machine with { Migrations = [.. machine.Migrations, migration with { Metadata = metadata }] };
        return null;
    }

    private Machine Machine(string name) => _machines.GetValueOrDefault(name) ?? new("default", name);

    private string NewUid() => $"uid-{++_uids}";
}
