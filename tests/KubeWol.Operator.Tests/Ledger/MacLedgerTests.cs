using CsCheck;
using KubeWol.Api.KubeVirt;
using KubeWol.Operator.Ledger;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Tests.World;
using KubeWol.Protocol;

namespace KubeWol.Operator.Tests.Ledger;

/// <summary>What is to be noted on a machine, and when to look again.</summary>
public sealed class MacLedgerTests
{
    private const string One = "0a:58:0a:00:00:01";
    private const string Two = "0a:58:0a:00:00:02";
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly VirtualMachine Unfixed = Some.Vm(macs: (string?)null);

    [Fact]
    public void A_running_machine_is_remembered_by_the_address_it_has_and_renewed_a_day_later() =>
        Assert.Equal(new(Note((One, 0)), Day), Next(Unfixed, Running(One)));

    [Theory]
    [InlineData("Pending")]
    [InlineData("Scheduling")]
    [InlineData("Scheduled")]
    [InlineData(null)]
    public void Before_the_guest_runs_its_address_is_not_taken_down(string? phase) =>
        Assert.Equal(default, Next(Unfixed, Some.Vmi(phase: phase, macs: One)));

    [Theory]
    [InlineData("Succeeded")]
    [InlineData("Failed")]
    public void A_guest_that_ended_while_nobody_looked_is_remembered_too(string phase) =>
        Assert.Equal(Note((One, 0)), Next(Unfixed, Some.Vmi(phase: phase, macs: One)).Text);

    [Fact]
    public void A_machine_that_fixes_its_addresses_needs_no_note()
    {
        var machine = Some.Vm(macs: [One, "52-54-00-00-00-02"]);

        Assert.Equal(default, Next(machine, Running(One, "52:54:00:00:00:02")));
        Assert.Equal(default, Next(machine, Running(Two, "52:54:00:00:00:02"))); // edited while it runs: the next start brings the fixed one
        Assert.Equal(default, Next(machine.LastSeenBy(Two), null)); // and what was noted before goes
    }

    [Fact]
    public void Of_several_interfaces_those_count_whose_address_is_not_fixed() =>
        Assert.Equal(Note((Two, 0)), Next(Some.Vm(macs: [One, null]), Running(One, Two)).Text);

    [Fact]
    public void A_machine_whose_spec_has_no_interface_has_the_one_that_KubeVirt_adds() =>
        Assert.Equal(Note((One, 0)), Next(Some.Vm() with { Spec = new() { RunStrategy = "Halted" } }, Running(One)).Text);

    [Fact]
    public void What_the_guest_makes_for_itself_is_not_remembered() =>
        Assert.Equal(
            Note((One, 0)),
            Next(Unfixed, Some.Vmi() with { Status = new() { Phase = "Running", Interfaces = [new(One, "default"), new(Two), new("no address", "default"), new(null, "default")] } }).Text);

    [Fact]
    public void A_machine_that_has_stopped_keeps_its_note_to_the_letter_until_it_expires()
    {
        var machine = Unfixed.Noting(LastSeenAddresses.Annotation, Note((One, 0))!);

        Assert.Equal(new(Note((One, 0)), Month), Next(machine, null));
        Assert.Equal(new(Note((One, 0)), TimeSpan.FromSeconds(1)), Next(machine, null, after: Month - TimeSpan.FromSeconds(1)));
        Assert.Equal(default, Next(machine, null, after: Month));
    }

    [Fact]
    public void Each_start_adds_its_address_and_the_oldest_are_dropped()
    {
        var machine = Unfixed;
        for (var start = 0; start < 40; start++)
        {
            var page = Next(machine, Running($"0a:58:0a:00:00:{start:x2}"), after: TimeSpan.FromMinutes(start));
            machine = machine.Noting(LastSeenAddresses.Annotation, page.Text!);
        }

        Assert.Equal(
            Enumerable.Range(40 - LastSeenAddresses.Most, LastSeenAddresses.Most).Select(start => MacAddress.Parse($"0a:58:0a:00:00:{start:x2}")),
            LastSeenAddresses.Of(machine).Reverse().Select(s => s.Address));
    }

    [Fact]
    public void An_address_the_machine_still_has_is_not_the_one_that_is_dropped()
    {
        var others = Enumerable.Range(1, LastSeenAddresses.Most).Select(i => ($"0a:58:0a:00:01:{i:x2}", i * 60));
        var machine = Unfixed.Noting(LastSeenAddresses.Annotation, Note([(One, 0), .. others])!);
        Assert.DoesNotContain(MacAddress.Parse(One), LastSeenAddresses.Of(machine).Select(s => s.Address)); // somebody wrote one too many

        var page = Next(machine, Running(One), after: TimeSpan.FromHours(1));
        var again = Next(machine.Noting(LastSeenAddresses.Annotation, page.Text!), Running(One), after: TimeSpan.FromHours(2));

        Assert.Contains(One, page.Text, StringComparison.Ordinal);
        Assert.Equal(page.Text, again.Text);
    }

    [Fact]
    public void A_machine_with_more_interfaces_than_are_kept_settles_down()
    {
        var count = LastSeenAddresses.Most + 5;
        var machine = Some.Vm(macs: [.. Enumerable.Repeat<string?>(null, count)]);
        var instance = Running([.. Enumerable.Range(0, count).Select(i => $"0a:58:0a:00:00:{i:x2}")]);

        var first = Next(machine, instance).Text!;
        var second = Next(machine.Noting(LastSeenAddresses.Annotation, first), instance, after: TimeSpan.FromMinutes(1)).Text;

        Assert.Equal(first, second);
    }

    [Fact]
    public void An_address_that_another_machine_has_now_is_struck_out_even_if_this_one_has_it_too()
    {
        var machine = Unfixed.Noting(LastSeenAddresses.Annotation, Note((One, 0), (Two, 0))!);

        Assert.Equal(Note((Two, 0)), Next(machine, null, elsewhere: One).Text);
        Assert.Equal(Note((Two, 0)), Next(machine, Running(One), elsewhere: One).Text);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(24 * 3600 - 1, 0)]
    [InlineData(24 * 3600, 24 * 3600)]
    [InlineData(24 * 3600 + 7, 24 * 3600 + 7)]
    public void A_machine_that_runs_on_is_written_down_once_a_day(int seconds, int noted) =>
        Assert.Equal(
            Note((One, noted)),
            Next(Unfixed.Noting(LastSeenAddresses.Annotation, Note((One, 0))!), Running(One), after: TimeSpan.FromSeconds(seconds)).Text);

    [Fact]
    public void What_is_kept_for_a_day_is_renewed_every_six_hours_so_that_a_stop_does_not_lose_it() =>
        Assert.Equal(TimeSpan.FromHours(6), MacLedger.Next(new(Unfixed, Running(One)), _ => false, Day, Some.Noon).Look);

    [Fact]
    public void A_clock_set_back_a_little_writes_nothing_and_one_that_was_far_ahead_is_put_right()
    {
        var machine = Unfixed.Noting(LastSeenAddresses.Annotation, Note((One, 0), (Two, 0))!);

        Assert.Equal(Note((One, 0), (Two, 0)), Next(machine, Running(One), after: -TimeSpan.FromHours(23)).Text);
        Assert.Equal(Note((One, -40 * 24 * 3600), (Two, -40 * 24 * 3600)), Next(machine, Running(One), after: -TimeSpan.FromDays(40)).Text);
    }

    [Fact]
    public void A_clock_behind_the_servers_does_not_make_a_machine_older_than_itself()
    {
        var machine = Unfixed with { Metadata = Unfixed.Metadata with { CreationTimestamp = Some.Noon.AddDays(3) } };

        var text = Next(machine, Running(One)).Text;

        Assert.Equal(Note((One, 3 * 24 * 3600)), text);
        var noted = machine.Noting(LastSeenAddresses.Annotation, text!);
        Assert.Equal(text, Next(noted, Running(One), after: TimeSpan.FromMinutes(1)).Text);
        Assert.Equal(text, Next(noted, null, after: TimeSpan.FromMinutes(1)).Text);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[]")]
    [InlineData("""{"0a:58:0a:00:00:01":5}""")]
    [InlineData("""{"0A-58-0A-00-00-01":"2026-11-22T12:00:00Z","and":"rubbish"}""")]
    [InlineData("""{"0a:58:0a:00:00:01":"0001-01-01T00:00:00Z"}""")]
    [InlineData("""{"0a:58:0a:00:00:01":"9999-12-31T23:59:59Z"}""")]
    public void A_damaged_note_is_written_anew(string text) =>
        Assert.Equal(Note((One, 0)), Next(Unfixed.Noting(LastSeenAddresses.Annotation, text), Running(One)).Text);

    [Fact]
    public void Whatever_happens_a_note_is_short_true_and_written_once()
    {
        var change = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 39], Gen.Int[-3 * 24, 20 * 24]);
        change.Array[1, 60].Sample(changes =>
        {
            var bare = Some.Vm(macs: [null, null]);
            var (machine, instance, now, taken) = (bare, (VirtualMachineInstance?)null, Some.Noon, new HashSet<MacAddress>());
            foreach (var (what, which, hours) in changes)
            {
                var address = $"0a:58:0a:00:00:{which:x2}";
                if (what <= 1) instance = Running(address, $"0a:58:0a:00:01:{which:x2}");
                else if (what == 2) instance = null;
                else if (what == 3) now = now.AddHours(hours);
                else if (what == 4) taken.Add(MacAddress.Parse(address));
                else taken.Clear();

                var page = MacLedger.Next(new(machine, instance), taken.Contains, Month, now);
                if (page.Text is not null) machine = machine.Noting(LastSeenAddresses.Annotation, page.Text);
                else machine = bare;
                var noted = LastSeenAddresses.Of(machine);

                Assert.Equal(page, MacLedger.Next(new(machine, instance), taken.Contains, Month, now));
                Assert.Equal(page.Text, LastSeenAddresses.Text(noted)); // what is written is what is read
                Assert.InRange(noted.Count, 0, LastSeenAddresses.Most);
                Assert.All(noted, s => Assert.True(s.Counts(Month, now) && !taken.Contains(s.Address)));
                Assert.Equal(noted.Count > 0, page.Look is not null);
                Assert.True(page.Look is null || page.Look > TimeSpan.Zero);
                if (instance is not null) Assert.All(MacAddresses.Of(instance).Where(a => !taken.Contains(a)), a => Assert.Contains(a, noted.Select(s => s.Address)));
            }
        });
    }

    private static VirtualMachineInstance Running(params string[] macs) => Some.Vmi(macs: macs);

    /// <summary>The annotation for addresses last seen so many seconds after noon.</summary>
    private static string? Note(params (string Address, int Seconds)[] seen) =>
        LastSeenAddresses.Text([.. seen.Select(s => new Sighting(MacAddress.Parse(s.Address), Some.Noon.AddSeconds(s.Seconds)))]);

    private static LedgerPage Next(VirtualMachine machine, VirtualMachineInstance? instance, string? elsewhere = null, TimeSpan after = default) =>
        MacLedger.Next(new(machine, instance), a => elsewhere is not null && a == MacAddress.Parse(elsewhere), Month, Some.Noon + after);
}
