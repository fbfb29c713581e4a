import Testing

@testable import Operating

/// What Slurm's commands are asked and what their answers are read as.
@Suite struct SlurmReplyTests {
    @Test func `the arguments of sbatch are an array of words`() throws {
        var array = BatchArray(name: "n", script: "/s p/task.sh", directory: "/s p", output: "log/%A_%a.txt")
        array.atOnce = 4
        array.options = [try SlurmOption("partition=a b;$(x)"), try SlurmOption("exclusive")]
        let arguments = array.arguments(tasks: [0, 1, 2, 5, 7, 8])
        #expect(arguments.contains("--array=0-2,5,7-8%4"))
        #expect(arguments.contains("--partition=a b;$(x)") && arguments.contains("--exclusive"))
        #expect(arguments.contains("--chdir=/s p") && arguments.last == "/s p/task.sh")
    }

    @Test(arguments: ["", "=x", "-p=x", "Partition=x", "a b", "p=a\nb", "1=x", "ü=1"])
    func `what is no long option is refused`(text: String) {
        #expect(throws: SlurmOptionError.self) { try SlurmOption(text) }
    }

    @Test(arguments: SlurmOption.reserved) func `what the sweep sets itself is refused`(name: String) {
        let error = #expect(throws: SlurmOptionError.self) { try SlurmOption(name + "=1") }
        #expect(error?.description == "'\(name)' is set by the sweep itself; leave it out")
    }

    @Test func `the queue is read line by line`() throws {
        let tasks = try SlurmTask.list(
            """
            CLUSTER: east
            5|0|RUNNING|node1|None
            5|11|PENDING||(Nodes required | for job are DOWN)
            7|N/A|RUNNING|node2|None

            """
        )
        #expect(
            tasks == [
                SlurmTask(job: 5, task: 0, state: "RUNNING", node: "node1", reason: "None"),
                SlurmTask(
                    job: 5,
                    task: 11,
                    state: "PENDING",
                    node: "",
                    reason: "(Nodes required | for job are DOWN)"
                ),
            ]
        )
    }

    @Test(arguments: ["5|0|RUNNING|node1", "x|0|R|n|r", "0|0|R|n|r", "5|-1|R|n|r", "5|0-3|R|n|r", "slurm_load_jobs"])
    func `a queue of another form is not guessed at`(line: String) {
        #expect(throws: SlurmError.self) { try SlurmTask.list(line) }
    }

    @Test func `endings are found among a job's many fields`() {
        let text = """
            JobId=9 ArrayJobId=8 ArrayTaskId=3 JobName=a b JobState=CANCELLED Reason=None ExitCode=0:15 ReqNodeList=x NodeList=node1 Command=/a b
            JobId=8 ArrayJobId=8 ArrayTaskId=4-11 JobName=a JobState=PENDING Reason=Priority
            JobId=10 ArrayJobId=8 ArrayTaskId=5 JobName=a JobState=NODE_FAIL ExitCode=0:0 NodeList=(null)
            """
        let endings = SlurmEnding.list(text)
        #expect(endings.map(\.clause) == ["CANCELLED on node1 (exit 0:15)", "NODE_FAIL"])
        #expect(endings.map(\.task) == [3, 5])
    }

    @Test(arguments: [
        ("MaxArraySize            = 1001\nSLURM_VERSION           = 22.05.8\n", 1_001),
        ("MaxArraySize=99999999\n", 4_000_001),
    ]) func `the limit of arrays is read`(text: String, size: Int) throws {
        #expect(try SlurmLimits(text).arraySize == size)
    }

    @Test(arguments: ["", "MaxArraySize = many", "MaxArraySize = 0", "MaxArraySize = -1", "MaxArraySize"])
    func `a cluster without arrays is an error`(text: String) {
        #expect(throws: SlurmError.self) { try SlurmLimits(text) }
    }
}
