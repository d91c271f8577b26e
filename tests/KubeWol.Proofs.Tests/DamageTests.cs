using System.Runtime.ExceptionServices;
using CsCheck;
using KubeWol.Protocol;

namespace KubeWol.Proofs.Tests;

/// <summary>Damage, cuts and hostile bytes, from the frame to the verdict.</summary>
public sealed class DamageTests
{
    public static TheoryData<string> Passwords => ["", "01020304", "010203040506"];

    [Theory]
    [MemberData(nameof(Passwords))]
    public void A_command_with_any_bit_flipped_is_refused_and_never_a_plain_packet(string password)
    {
        var frame = Some.Frame(Some.FullCommand().Sign(Some.Key, Some.KeyId), Convert.FromHexString(password));
        Assert.Equal("verified", Some.Hear(frame, Some.Key, out _));

        var start = frame.AsSpan().IndexOf((byte[])[0xD2, 0x84]);
        HashSet<string> verdicts = [];
        for (var bit = 0; bit < (frame.Length - start) * 8; bit++)
        {
            byte[] damaged = [.. frame];
            damaged[start + bit / 8] ^= (byte)(1 << bit % 8);
            var verdict = Some.Hear(damaged, Some.Key, out var command);
            Assert.True(verdict is not ("verified" or "a plain packet" or "nothing") && command is null, $"octet {bit / 8}, bit {bit % 8}: {verdict}");
            verdicts.Add(verdict);
        }
        // Each line of defence has its share.
        string[] defences = ["another key", "command: BadSignature", "envelope: MalformedHeader", "envelope: WrongAlgorithm", "packet: MalformedCommand"];
        Assert.Equal(defences, verdicts.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Passwords))]
    public void A_command_cut_at_any_length_is_refused_as_long_as_anything_shows_that_it_was_one(string password)
    {
        var octets = Convert.FromHexString(password);
        var command = Some.Command().Sign(Some.Key, Some.KeyId);
        for (var length = 0; length < command.Length; length++)
        {
            var verdict = Some.Hear(Some.Frame(command.AsSpan(..length), octets), Some.Key, out _);
            var shows = length >= 2 && octets.Length + length > 6;
            Assert.True(verdict == (shows ? "packet: MalformedCommand" : "a plain packet"), $"{length} octets: {verdict}");
            Assert.False(CommandEnvelope.TryParse(command.AsSpan(..length), out _, out var problem));
            Assert.Equal(CommandProblem.Damaged, problem);
        }
    }

    public static TheoryData<string> Hostile =>
    [
        "a megabyte of arrays", "a megabyte of tags", "a megabyte of maps", "a megabyte of open arrays",
        "a command, then a megabyte", "a payload of a megabyte",
        "a header of arrays", "a header of open maps", "a header with a key id of four gigabytes", "a header with an algorithm of arrays",
        "arrays in place of the payload", "arrays in place of the unprotected header",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Oversized_and_nested_bytes_that_nobody_signed_cost_nothing(string what)
    {
        var bytes = HostileBytes(what);
        Assert.False(CommandEnvelope.TryParse(bytes, out _, out _));
        var thrown = CountExceptions(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.False(CommandEnvelope.TryParse(bytes, out var envelope, out var problem));
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Null(envelope);
            Assert.NotEqual(CommandProblem.None, problem);
        });
        Assert.Equal(0, thrown);
    }

    [Theory]
    [InlineData("arrays", 0x81)]
    [InlineData("open arrays", 0x9F)]
    [InlineData("open maps", 0xBF)]
    [InlineData("tags", 0xC1)]
    public void Nested_payloads_cost_little_even_where_they_were_signed(string what, byte head)
    {
        foreach (var start in (string[])["", "a101", "a5010102", "a5010103", "a10106", "a108", "a108a1", "a108a16161", "a109"])
        {
            byte[] payload = [.. Convert.FromHexString(start), .. Enumerable.Repeat(head, 800)];
            Assert.True(CommandEnvelope.TryParse(Some.Signed(payload), out var envelope, out _));
            envelope.TryVerify(Some.Key, out _, out _);
            var thrown = CountExceptions(() =>
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                Assert.False(envelope.TryVerify(Some.Key, out _, out _));
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
            });
            Assert.True(thrown == 0, $"{what} after {start}: {thrown} exceptions");
        }
    }

    [Fact]
    public void Noise_is_refused_without_an_exception() => Gen.Byte.Array[0, 200].Sample(noise =>
    {
        var thrown = CountExceptions(() =>
        {
            Assert.False(CommandEnvelope.TryParse(noise, out _, out _));
            Assert.False(CommandEnvelope.TryParse([0xD2, 0x84, .. noise], out _, out _));
        });
        Assert.Equal(0, thrown);
    }, iter: 20_000);

    [Fact]
    public void Noise_in_the_right_shape_is_refused() => Gen.Select(Gen.Byte.Array[0, 23], Gen.Byte.Array[0, 23]).Sample((header, payload) =>
    {
        byte[] bytes = [0xD2, 0x84, (byte)(0x40 + header.Length), .. header, 0xA0, (byte)(0x40 + payload.Length), .. payload, 0x58, 0x40, .. new byte[64]];
        Assert.True(CommandTrailer.TryParse(bytes, out _));
        if (CommandEnvelope.TryParse(bytes, out var envelope, out _)) Assert.False(envelope.TryVerify(Some.Key, out _, out _));
    }, iter: 20_000);

    /// <summary>As if the key were lost or its owner careless: no signed octets whatsoever throw.</summary>
    [Fact]
    public void Signed_payloads_damaged_in_any_way_never_throw()
    {
        Assert.True(CommandTrailer.TryParse(Some.FullCommand().Sign(Some.Key, Some.KeyId), out var trailer));
        var good = trailer.Payload.ToArray();
        var change = Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte);
        Gen.Select(change.Array[1, 4], Gen.Int[0, good.Length]).Sample((changes, length) =>
        {
            byte[] payload = [.. good];
            foreach (var (place, octet) in changes) payload[place] = octet;
            Assert.True(CommandPayload.Read(payload.AsMemory(..length), out var command) == CommandProblem.None == command is not null);
        }, iter: 50_000);
        Gen.Byte.Array[0, 60].Sample(noise => Assert.True(CommandPayload.Read(noise, out var command) == CommandProblem.None == command is not null), iter: 50_000);
    }

    private static byte[] HostileBytes(string what)
    {
        const int Megabyte = 1 << 20;
        return what switch
        {
            "a megabyte of arrays" => Filled(Megabyte, 0x81),
            "a megabyte of tags" => Filled(Megabyte, 0xD2),
            "a megabyte of maps" => [0xD2, 0x84, .. Filled(Megabyte, 0xA1)],
            "a megabyte of open arrays" => [0xD2, .. Filled(Megabyte, 0x9F)],
            "a command, then a megabyte" => [.. Some.Command().Sign(Some.Key, Some.KeyId), .. Filled(Megabyte, 0xFF)],
            "a payload of a megabyte" => [0xD2, 0x84, 0x43, 0xA1, 0x01, 0x26, 0xA0, 0x5A, 0x00, 0x10, 0x00, 0x00, .. Filled(Megabyte, 0), 0x58, 0x40, .. new byte[64]],
            "a header of arrays" => Some.Signed([0xA0], string.Concat(Enumerable.Repeat("81", 800))),
            "a header of open maps" => Some.Signed([0xA0], string.Concat(Enumerable.Repeat("bf", 800))),
            "a header with a key id of four gigabytes" => Some.Signed([0xA0], "a20126045affffffff"),
            "a header with an algorithm of arrays" => Some.Signed([0xA0], "a201" + string.Concat(Enumerable.Repeat("81", 800))),
            "arrays in place of the payload" => [0xD2, 0x84, 0x43, 0xA1, 0x01, 0x26, 0xA0, .. Filled(900, 0x81)],
            "arrays in place of the unprotected header" => [0xD2, 0x84, 0x43, 0xA1, 0x01, 0x26, .. Filled(900, 0x81)],
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };

        static byte[] Filled(int length, byte value) => [.. Enumerable.Repeat(value, length)];
    }

    /// <summary>Exceptions thrown on this thread, caught or not.</summary>
    private static int CountExceptions(Action action)
    {
        var thread = Environment.CurrentManagedThreadId;
        var count = 0;
        void Count(object? sender, FirstChanceExceptionEventArgs e)
        {
            if (Environment.CurrentManagedThreadId == thread) count++;
        }

        AppDomain.CurrentDomain.FirstChanceException += Count;
        try
        {
            action();
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Count;
        }
        return count;
    }
}
