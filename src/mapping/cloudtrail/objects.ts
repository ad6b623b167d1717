// resources[] to the objects of an event; where AWS lists none, what the request names.
import { type Fields, isFields } from '../../event/fields.ts';
import { createHash } from 'node:crypto';
import { isLonger } from '../../event/check/scalars.ts';
import type { NativeEvent } from '../../event/schema.ts';
import { clip, fieldsOf, lastOfArn, listOf, textOf, type Warnings } from './record.ts';

export type Target = NonNullable<NativeEvent['object']>;

const MAX_ID_BYTES = 256;
const MAX_TYPE_BYTES = 64;
const MAX_TARGETS = 65;

export const targetsOf = (record: Fields, service: string, warnings: Warnings): readonly Target[] => {
  const listed = listOf(record['resources']).flatMap((resource) => listedTarget(resource));
  const found = listed.length > 0 ? listed : namedTargets(record, service);
  if (found.length > MAX_TARGETS) warnings.push({ code: 'objects_cut', path: '/objects' });
  return found.slice(0, MAX_TARGETS).map(({ type, id }, position) => {
    const path = position === 0 ? '/object' : `/objects/${position - 1}`;
    const name = lastOfArn(id);
    return {
      type: clip(type, MAX_TYPE_BYTES, `${path}/type`, warnings),
      id: shortId(id, `${path}/id`, warnings),
      ...(name !== '' && name !== id && !isLonger(name, MAX_ID_BYTES) && { name }),
      ...(position === 0 && bucketOf(id)),
    };
  });
};

interface Found {
  readonly type: string;
  readonly id: string;
}

const listedTarget = (resource: unknown): Found[] => {
  if (!isFields(resource)) return [];
  const id = textOf(resource['ARN']) ?? textOf(resource['arn']) ?? textOf(resource['ARNPrefix']);
  if (id === undefined) return [];
  return [{ id, type: textOf(resource['type']) ?? typeOfArn(id) }];
};

/** `arn:aws:kms:…` is of type `aws.kms`. */
const typeOfArn = (arn: string): string => {
  const service = arn.split(':', 3)[2] ?? '';
  return service === '' ? 'aws.resource' : `aws.${service}`;
};

/** An id that is cut keeps a digest of the whole, so that two of them stay two. */
const DIGEST_DIGITS = 16;
const shortId = (id: string, path: string, warnings: Warnings): string => {
  if (!isLonger(id, MAX_ID_BYTES)) return id;
  const digest = createHash('sha256').update(id).digest('hex').slice(0, DIGEST_DIGITS);
  return `${clip(id, MAX_ID_BYTES - DIGEST_DIGITS - 1, path, warnings)}#${digest}`;
};

/** An object in S3 belongs to its bucket. */
const bucketOf = (arn: string): Pick<Target, 'parent'> => {
  const bucket = /^(arn:[a-z0-9-]+:s3:::[^/]{1,63})\/./.exec(arn)?.[1];
  return bucket === undefined ? {} : { parent: bucket };
};

type Names = readonly (readonly [parameter: string, type: string])[];

/** Request parameters that name what an action is about, by service, the nearest first. */
const PARAMETERS: Readonly<Record<string, Names>> = {
  iam: [
    ['userName', 'AWS::IAM::User'],
    ['roleName', 'AWS::IAM::Role'],
    ['groupName', 'AWS::IAM::Group'],
    ['instanceProfileName', 'AWS::IAM::InstanceProfile'],
    ['policyArn', 'AWS::IAM::Policy'],
    ['policyName', 'AWS::IAM::Policy'],
    ['accessKeyId', 'AWS::IAM::AccessKey'],
    ['serialNumber', 'AWS::IAM::MFADevice'],
    ['virtualMFADeviceName', 'AWS::IAM::MFADevice'],
  ],
  sts: [['roleArn', 'AWS::IAM::Role']],
  ec2: [
    ['instanceId', 'AWS::EC2::Instance'],
    ['groupId', 'AWS::EC2::SecurityGroup'],
    ['volumeId', 'AWS::EC2::Volume'],
    ['snapshotId', 'AWS::EC2::Snapshot'],
    ['imageId', 'AWS::EC2::Image'],
    ['subnetId', 'AWS::EC2::Subnet'],
    ['vpcId', 'AWS::EC2::VPC'],
  ],
  lambda: [['functionName', 'AWS::Lambda::Function']],
  kms: [['keyId', 'AWS::KMS::Key']],
  dynamodb: [['tableName', 'AWS::DynamoDB::Table']],
  rds: [
    ['dBInstanceIdentifier', 'AWS::RDS::DBInstance'],
    ['dBClusterIdentifier', 'AWS::RDS::DBCluster'],
    ['dBSnapshotIdentifier', 'AWS::RDS::DBSnapshot'],
  ],
  secretsmanager: [['secretId', 'AWS::SecretsManager::Secret']],
  ssm: [['name', 'AWS::SSM::Parameter']],
  cloudtrail: [
    ['name', 'AWS::CloudTrail::Trail'],
    ['trailName', 'AWS::CloudTrail::Trail'],
  ],
  guardduty: [['detectorId', 'AWS::GuardDuty::Detector']],
  sqs: [['queueUrl', 'AWS::SQS::Queue']],
  sns: [['topicArn', 'AWS::SNS::Topic']],
  logs: [['logGroupName', 'AWS::Logs::LogGroup']],
  cloudformation: [['stackName', 'AWS::CloudFormation::Stack']],
  ecr: [['repositoryName', 'AWS::ECR::Repository']],
  ecs: [
    ['service', 'AWS::ECS::Service'],
    ['cluster', 'AWS::ECS::Cluster'],
  ],
  eks: [['name', 'AWS::EKS::Cluster']],
};

const namedTargets = (record: Fields, service: string): Found[] => {
  const asked = fieldsOf(record['requestParameters']);
  const answered = fieldsOf(record['responseElements']);
  if (service === 's3') return s3Targets(asked);
  const names = Object.hasOwn(PARAMETERS, service) ? PARAMETERS[service]! : [];
  const named = names.flatMap(([parameter, type]): Found[] => {
    const id = textOf(asked[parameter]);
    return id === undefined ? [] : [{ type, id }];
  });
  // Instances that are started have their names in the answer alone.
  return service === 'ec2' ? [...instancesOf(asked, answered), ...named] : named;
};

const instancesOf = (asked: Fields, answered: Fields): Found[] => {
  const ids = [asked, answered].flatMap((told) =>
    listOf(fieldsOf(told['instancesSet'])['items']).map((item) => textOf(fieldsOf(item)['instanceId'])),
  );
  return [...new Set(ids)].flatMap((id) => (id === undefined ? [] : [{ type: 'AWS::EC2::Instance', id }]));
};

const s3Targets = ({ bucketName, key }: Fields): Found[] => {
  const bucket = textOf(bucketName);
  if (bucket === undefined) return [];
  const arn = `arn:aws:s3:::${bucket}`;
  const name = textOf(key);
  const found = { type: 'AWS::S3::Bucket', id: arn };
  return name === undefined ? [found] : [{ type: 'AWS::S3::Object', id: `${arn}/${name}` }, found];
};
